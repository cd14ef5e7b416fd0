using IceSharp.Interop.Tests.Peers;
using IceSharp.Testing;

namespace IceSharp.Interop.Tests.Samples;

/// <summary>The program as people use it: they paste, they err, they try again.</summary>
public sealed class CopyPastePeerTests
{
    [PeerFact("timeout")]
    public async Task Two_terminals_chat_after_a_wrong_paste_and_a_right_one()
    {
        await using CopyPastePeerProcess left = CopyPastePeerProcess.Start(null, "offer", "--loopback");
        await using CopyPastePeerProcess right = CopyPastePeerProcess.Start(null, "answer", "--loopback");

        string offer = await left.CopyDescriptionAsync();
        await right.TypeAsync("something else\n");
        await right.WaitForLineAsync(line => line.StartsWith("That is no offer to work with", StringComparison.Ordinal));
        await right.TypeAsync(offer + "\n");
        string answer = await right.CopyDescriptionAsync();
        await left.TypeAsync(offer + "\n");
        await left.WaitForLineAsync(line => line.Contains("our own description", StringComparison.Ordinal));
        await left.TypeAsync(answer + "\n");
        await right.TypeAsync("");
        await left.WaitForPairAsync();
        await right.WaitForPairAsync();
        await left.TypeAsync("hello, right");
        await right.WaitForLineAsync(line => line == "other side: hello, right");
        await right.TypeAsync("hello, \u001b[31mleft");
        await left.WaitForLineAsync(line => line == "other side: hello, ?[31mleft");
        left.CloseInput();

        await left.WaitForSuccessAsync();
        await right.WaitForLineAsync(line => line == "The other side has left.");
        await right.WaitForSuccessAsync();
        (left.Output + right.Output).Should().NotContain("   at ", "no stack trace is shown");
    }

    [PeerFact("timeout")]
    public async Task Refused_credentials_are_asked_for_again()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(
            new LoopbackServerOptions { Users = new Dictionary<string, string> { ["user"] = "right" } });
        await using CopyPastePeerProcess peer = CopyPastePeerProcess.Start(
            null, "offer", "--loopback", "--relay-only", "--turn", server.TurnUri, "--user", "user", "--password", "wrong");

        await peer.WaitForLineAsync(line => line.StartsWith("Another user", StringComparison.Ordinal));
        await peer.TypeAsync("user\nright");

        (await peer.CopyDescriptionAsync()).Should().Contain("typ relay");
        peer.Output.Should().Contain("refuses user 'user'").And.NotContain("wrong").And.NotContain("   at ");
    }

    [PeerFact("timeout")]
    public async Task Refused_credentials_without_anybody_to_ask_end_the_program_with_a_message()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(
            new LoopbackServerOptions { Users = new Dictionary<string, string> { ["user"] = "right" } });
        await using CopyPastePeerProcess peer = CopyPastePeerProcess.Start(
            null, "offer", "--loopback", "--relay-only", "--turn", server.TurnUri, "--user", "user", "--password", "wrong");
        peer.CloseInput();

        (await peer.WaitForExitAsync()).Should().Be(1);
        peer.Output.Should().Contain("refuses user 'user'").And.NotContain("   at ");
    }

    [PeerTheory("timeout")]
    [InlineData("2", "'offer' or 'answer' is missing")]
    [InlineData("2", "is not a", "offer", "--stun", "http://example.org")]
    [InlineData("1", "no-such.wav", "offer", "--wav", "no-such.wav")]
    public async Task Mistakes_on_the_command_line_are_explained(string code, string explanation, params string[] arguments)
    {
        await using CopyPastePeerProcess peer = CopyPastePeerProcess.Start(null, arguments);
        peer.CloseInput();

        (await peer.WaitForExitAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture).Should().Be(code);
        peer.Output.Should().Contain(explanation).And.NotContain("   at ");
    }
}
