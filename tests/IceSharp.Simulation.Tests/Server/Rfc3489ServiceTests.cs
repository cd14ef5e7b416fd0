using IceSharp.Protocol;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class Rfc3489ServiceTests
{
    private static readonly byte[] Request = Convert.FromHexString("00010000f3d64714d1f6e7f71558d4252e84ab58");

    [Fact]
    [Rfc("STUN-5389-12.2-a")]
    public void A_classic_request_gets_its_16_bytes_back_and_a_plain_mapped_address()
    {
        var server = new ServerHarness(new StunTurnServerOptions { AnswersRfc3489 = true });

        Sent answer = server.Receive(Request).Should().ContainSingle().Subject;

        answer.Destination.Should().Be(ServerHarness.Client);
        Convert.ToHexStringLower(answer.Bytes).Should().Be("0101000cf3d64714d1f6e7f71558d4252e84ab58" + "00010008" + "00019c40c6336407");
    }

    [Fact]
    public void It_is_off_by_default() => new ServerHarness(new StunTurnServerOptions()).Receive(Request).Should().BeEmpty();

    [Theory]
    [InlineData("00010004f3d64714d1f6e7f71558d4252e84ab58")]
    [InlineData("01110000f3d64714d1f6e7f71558d4252e84ab58")]
    [InlineData("00030000f3d64714d1f6e7f71558d4252e84ab58")]
    public void Anything_else_without_a_cookie_is_dropped(string hex) =>
        new ServerHarness(new StunTurnServerOptions { AnswersRfc3489 = true }).Receive(Convert.FromHexString(hex)).Should().BeEmpty();
}
