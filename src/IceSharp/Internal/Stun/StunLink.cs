using System.Net;

namespace IceSharp.Internal.Stun;

/// <summary>Carries messages to one server and back.</summary>
internal abstract class StunLink(IPEndPoint local) : IAsyncDisposable
{
    /// <summary>The address it sends from.</summary>
    public IPEndPoint Local => local;

    /// <summary>Sends one message without waiting; what does not go out is lost, as on the network.</summary>
    /// <returns>False when the network says that nobody listens.</returns>
    public abstract bool Send(ReadOnlySpan<byte> message);

    /// <summary>Receives until the other side ends the link, the link breaks, or it is disposed of; never throws for those.</summary>
    public abstract Task ReceiveAsync(IStunLinkOwner owner, CancellationToken cancellationToken);

    /// <summary>Makes <see cref="DisposeAsync"/> reset a connection instead of ending it in order: its other side is dead or out of step.</summary>
    public virtual void Abandon()
    {
    }

    public abstract ValueTask DisposeAsync();
}
