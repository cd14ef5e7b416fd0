using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Stun.Binding;

/// <summary>Settings of a <see cref="BindingMachine"/>.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record BindingSettings
{
    /// <summary>Retransmission of the requests.</summary>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>Text of the SOFTWARE attribute, at most 127 characters; null, the default, leaves it out.</summary>
    public string? Software { get; init; }

    /// <summary>Whether servers of the RFC 3489 generation are understood; on by default, as gathering demands (RFC 8445 §5.1.1.2).</summary>
    public bool AcceptRfc3489Servers { get; init; } = true;
}
