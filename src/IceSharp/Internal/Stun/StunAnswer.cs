using System.Net;
using IceSharp.Protocol.Stun.Client;

namespace IceSharp.Internal.Stun;

/// <summary>What one place answered. Nothing to dispose of: its session stays open for the next request.</summary>
internal sealed record StunAnswer(StunPlace Place, IPEndPoint Local, StunRequestOutcome Outcome) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
