namespace IceSharp.Protocol.Nat;

/// <summary>One test as it happened: the evidence that a report stands on.</summary>
/// <remarks>Immutable and thread safe. An observation at one time from one port, not a property of the network (RFC 5780 §4).</remarks>
public sealed record NatTestRecord
{
    /// <summary>The test.</summary>
    public required NatTest Test { get; init; }

    /// <summary>When its first request was sent, since the start of the probe.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The local address and port that it was sent from.</summary>
    public required TransportAddress LocalAddress { get; init; }

    /// <summary>Where the request went.</summary>
    public required TransportAddress Destination { get; init; }

    /// <summary>How it ended.</summary>
    public required NatTestOutcome Outcome { get; init; }

    /// <summary>Whether CHANGE-REQUEST asked for the other IP address.</summary>
    public bool ChangeIp { get; init; }

    /// <summary>Whether CHANGE-REQUEST asked for the other port.</summary>
    public bool ChangePort { get; init; }

    /// <summary>The port in RESPONSE-PORT; null without it.</summary>
    public ushort? ResponsePort { get; init; }

    /// <summary>Bytes of PADDING in the request.</summary>
    public int PaddingBytes { get; init; }

    /// <summary>Bytes of PADDING in the response.</summary>
    public int ResponsePaddingBytes { get; init; }

    /// <summary>Idle time before a <see cref="NatTest.LifetimeProbe"/>.</summary>
    public TimeSpan IdleTime { get; init; }

    /// <summary>Number of copies of the request that were sent.</summary>
    public int Transmissions { get; init; }

    /// <summary>Where the answer came from; null when there was none.</summary>
    public TransportAddress? ResponseSource { get; init; }

    /// <summary>The local address and port that it arrived on; another than <see cref="LocalAddress"/> in hairpinning and lifetime tests.</summary>
    public TransportAddress? ReceivedOn { get; init; }

    /// <summary>XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS of a server that knows nothing else.</summary>
    public TransportAddress? MappedAddress { get; init; }

    /// <summary>MAPPED-ADDRESS as it arrived; one that differs from <see cref="MappedAddress"/> was rewritten on the way.</summary>
    public TransportAddress? PlainMappedAddress { get; init; }

    /// <summary>RESPONSE-ORIGIN: where the server says that it answered from.</summary>
    public TransportAddress? ResponseOrigin { get; init; }

    /// <summary>OTHER-ADDRESS: the server's other address and port.</summary>
    public TransportAddress? OtherAddress { get; init; }

    /// <summary>The error code of an error response; 0 otherwise.</summary>
    public int ErrorCode { get; init; }

    /// <summary>"0.1 s FilteringII 10.0.0.2:50000 -> 192.0.2.1:3478 change ip+port: NoResponse".</summary>
    public override string ToString()
    {
        string change = (ChangeIp, ChangePort) switch { (true, true) => " change ip+port", (true, _) => " change ip", (_, true) => " change port", _ => "" };
        string answer = ResponseSource is null ? "" : $" from {ResponseSource}{(ReceivedOn == LocalAddress ? "" : $" on {ReceivedOn}")}";
        string mapped = MappedAddress is null ? "" : $", mapped {MappedAddress}";
        string code = ErrorCode == 0 ? "" : FormattableString.Invariant($" {ErrorCode}");
        return FormattableString.Invariant($"{At.TotalSeconds:0.0} s {Test} {LocalAddress} -> {Destination}{change}: {Outcome}{code}{answer}{mapped}");
    }
}
