using IceSharp.Samples.CopyPastePeer;
using IceSharp.Samples.Terminal;

namespace IceSharp.Tests.Samples;

public sealed class PeerOptionsTests
{
    [Fact]
    public void Everything_given_is_taken()
    {
        PeerOptions options = PeerOptions.Parse(
            "answer --stun stun:a --stun stun:b --turn turn:c --user u --password p --relay-only --wav w --record r --in i --out o --timeout 7".Split(' '));

        options.Should().BeEquivalentTo(new
        {
            IsOfferer = false,
            StunUris = new[] { "stun:a", "stun:b" },
            TurnUri = "turn:c",
            User = "u",
            Password = "p",
            RelayOnly = true,
            AllowLoopback = false,
            WavePath = "w",
            RecordPath = "r",
            IncomingPath = "i",
            OutgoingPath = "o",
            Timeout = TimeSpan.FromSeconds(7),
            IsChat = false,
        });
    }

    [Theory]
    [InlineData("", "'offer' or 'answer' is missing")]
    [InlineData("call", "'call' is neither")]
    [InlineData("offer answer", "'offer answer' is neither")]
    [InlineData("offer --wave x", "--wave is not known")]
    [InlineData("offer --wav", "--wav needs a value")]
    [InlineData("offer --wav a --wav b", "--wav is given 2 times")]
    [InlineData("offer --turn turn:c --user u", "--turn needs --user and --password")]
    [InlineData("offer --user u", "--turn, which is missing")]
    [InlineData("offer --relay-only", "needs a TURN server")]
    [InlineData("offer --in i", "go together")]
    [InlineData("offer --timeout soon", "--timeout is 'soon'")]
    [InlineData("offer --timeout 0", "--timeout is '0'")]
    public void Nonsense_is_called_by_its_name(string commandLine, string fault)
    {
        Action parse = () => PeerOptions.Parse(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        parse.Should().Throw<UsageException>().Which.Message.Should().Contain(fault);
    }
}
