using System.Net;
using IceSharp.Protocol.Stun;

namespace IceSharp;

/// <summary>One place where a server was asked, and what came of it.</summary>
/// <param name="Transport">How.</param>
/// <param name="Server">Where; null when the URI led to no place.</param>
/// <param name="Outcome">One sentence for a developer. Holds addresses, but no secrets.</param>
public sealed record StunAttempt(StunUriTransport? Transport, IPEndPoint? Server, string Outcome)
{
    /// <summary>"Udp 192.0.2.1:3478: no answer within 39.5 s".</summary>
    public override string ToString() => Server is null ? Outcome : $"{Transport} {Server}: {Outcome}";
}
