using System.Net;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;

namespace IceSharp;

/// <summary>What a STUN server said of the way to it.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record StunBinding
{
    /// <summary>The address and port that the server saw: one's own in front of all NATs. May be of another family than the socket.</summary>
    public required IPEndPoint MappedAddress { get; init; }

    /// <summary>The address and port that the request left from.</summary>
    public required IPEndPoint LocalAddress { get; init; }

    /// <summary>The server that answered; after a redirection, the last one.</summary>
    public required IPEndPoint Server { get; init; }

    /// <summary>How it was asked.</summary>
    public required StunUriTransport Transport { get; init; }

    /// <summary>Round trip time; null when it cannot be told because the request was repeated. Without the connection's own handshakes.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>What the server says it runs, made safe for logs; null when it does not.</summary>
    public string? Software { get; init; }

    /// <summary>Another address of the server, which only those for NAT behaviour discovery have (OTHER-ADDRESS, RFC 5780 §7.4); null when it has none.</summary>
    public IPEndPoint? OtherAddress { get; init; }

    /// <summary>The address that the server says it answers from (RESPONSE-ORIGIN, RFC 5780 §7.3); null when it does not.</summary>
    public IPEndPoint? ResponseOrigin { get; init; }

    /// <summary>Every attribute of the response in its order.</summary>
    public IReadOnlyList<StunReceivedAttribute> Attributes { get; init; } = [];

    /// <summary>What was tried on the way.</summary>
    public IceReport Report { get; init; } = IceReport.Empty;

    /// <summary>"203.0.113.1:5000 by Udp 192.0.2.1:3478".</summary>
    public override string ToString() => $"{MappedAddress} by {Transport} {Server}";
}
