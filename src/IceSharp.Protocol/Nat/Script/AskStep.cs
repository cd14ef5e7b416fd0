namespace IceSharp.Protocol.Nat;

/// <summary>Makes one transaction; its record is the last one in the notebook afterwards.</summary>
internal sealed record AskStep(NatTest Test, NatSocket Socket, TransportAddress Destination) : NatStep
{
    public bool ChangeIp { get; init; }

    public bool ChangePort { get; init; }

    public ushort? ResponsePort { get; init; }

    public int PaddingBytes { get; init; }

    public TimeSpan IdleTime { get; init; }

    /// <summary>Where the answer has to come from.</summary>
    public TransportAddress ExpectedSource { get; init; } = Destination;

    /// <summary>A second socket that the answer, or the request itself, may arrive on.</summary>
    public NatSocket? OtherSocket { get; init; }

    public bool ChangesSource => ChangeIp || ChangePort;
}
