namespace IceSharp.Protocol;

/// <summary>What kind of answer a machine gave to a datagram.</summary>
public enum VerdictKind
{
    /// <summary>The datagram was for the machine and has been worked in.</summary>
    Consumed,

    /// <summary>The datagram carries application data; the verdict says where it stands.</summary>
    Payload,

    /// <summary>The datagram had no effect; the verdict says why.</summary>
    Dropped,
}
