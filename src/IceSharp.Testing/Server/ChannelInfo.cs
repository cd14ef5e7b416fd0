using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A look at one channel.</summary>
/// <param name="Number">The channel number.</param>
/// <param name="Peer">The peer it stands for.</param>
/// <param name="ExpiresAt">When it ends unless it is bound again.</param>
public sealed record ChannelInfo(ushort Number, TransportAddress Peer, MonotonicTime ExpiresAt);
