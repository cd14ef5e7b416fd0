namespace IceSharp.Protocol.Agent;

/// <summary>A candidate of the peer, signalled or learnt from its checks.</summary>
internal sealed class RemoteCandidate(IceCandidate info, bool isSignalled)
{
    public IceCandidate Info { get; private set; } = info;

    public bool IsSignalled { get; private set; } = isSignalled;

    public TransportAddress Address => Info.Address;

    public int Component => Info.Component;

    public string Foundation => Info.Foundation;

    public uint Priority => Info.Priority;

    /// <summary>A learnt candidate turns out to be a signalled one: its words replace the provisional ones (RFC 8445 §7.3.1.3).</summary>
    public void Adopt(IceCandidate signalled)
    {
        Info = signalled;
        IsSignalled = true;
    }
}
