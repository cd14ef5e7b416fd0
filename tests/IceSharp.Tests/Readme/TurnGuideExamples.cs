using System.Net;
using IceSharp.Protocol.Turn;

namespace IceSharp.Tests.Readme;

/// <summary>The examples of docs/guide/turn.md, so that the compiler reads them; <see cref="TurnGuideTests"/> compares.</summary>
internal static class TurnGuideExamples
{
    public static async Task<TurnReceiveResult> DatagramsAsync(Func<IPEndPoint, Task> TellPeerAsync, IPEndPoint peer, byte[] buffer, CancellationToken cancellationToken)
    {
        // begins
        await using var client = new TurnClient();
        await using TurnAllocation relay = await client.AllocateAsync(
            [IceServer.Turn("turn:turn.example.org", "user", "password"), IceServer.Turn("turns:turn.example.org", "user", "password")],
            cancellationToken: cancellationToken);
        await TellPeerAsync(relay.RelayedAddress);
        await relay.SendToAsync("hello"u8.ToArray(), peer, cancellationToken);
        TurnReceiveResult received = await relay.ReceiveFromAsync(buffer, cancellationToken);
        // ends
        return received;
    }

    public static async Task StreamsAsync(TurnClient client, IPEndPoint peer, CancellationToken cancellationToken)
    {
        // begins
        await using TurnAllocation relay = await client.AllocateAsync(
            IceServer.Turn("turns:turn.example.org", "user", "password"), new TurnAllocationOptions { RelayProtocol = TurnRelayProtocol.Tcp }, cancellationToken);
        await using TurnPeerStream stream = await relay.ConnectAsync(peer, cancellationToken);     // or AcceptAsync, after PermitAsync
        await stream.WriteAsync("hello"u8.ToArray(), cancellationToken);
        // ends
    }
}
