namespace IceSharp.Tests.Readme;

/// <summary>The example of README.md, so that the compiler reads it; <see cref="ReadmeTests"/> compares the two.</summary>
internal static class ReadmeExample
{
    public static async Task<int> RunAsync(
        Func<string, Task> SignalAsync, Func<Task<string>> ReadAnswerAsync, byte[] buffer, CancellationToken cancellationToken)
    {
        // README begins
        await using var agent = new IceAgent(new IceAgentOptions
        {
            Servers = [IceServer.Stun("stun:stun.example.org"), IceServer.Turn("turn:turn.example.org", "user", "password")],
        });
        IceDescription offer = await agent.GatherAllAsync(cancellationToken);
        await SignalAsync(offer.ToSdp());                                            // however your two sides talk
        agent.SetRemoteDescription(IceDescription.Parse(await ReadAnswerAsync()));
        IceConnection connection = await agent.ConnectAsync(cancellationToken);
        await connection.SendAsync("hello"u8.ToArray(), cancellationToken);
        int length = await connection.ReceiveAsync(buffer, cancellationToken);
        // README ends
        return length;
    }
}
