using IceSharp;
using IceSharp.Interop.Peer;

// Our own agent behind the line protocol of tests/IceSharp.Interop.Tests/Peers/README.md.
try
{
    await using var peer = new AgentPeer(PeerOptions.Parse(args));
    while (await Console.In.ReadLineAsync() is { } line && line != "close")
    {
        await peer.HandleAsync(line);
    }

    return 0;
}
catch (Exception failure) when (failure is ArgumentException or FormatException or NotSupportedException or InvalidOperationException or IceException)
{
    Output.Write($"error {failure.Message.ReplaceLineEndings(" ")}");
    return 2;
}
