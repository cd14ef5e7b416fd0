namespace IceSharp.Protocol.Agent;

/// <summary>Why the host could not do what a machine asked.</summary>
public enum HostError
{
    /// <summary>Anything without a value of its own; the detail tells.</summary>
    Other,

    /// <summary>The local address is gone or cannot be bound.</summary>
    AddressNotAvailable,

    /// <summary>Every port of the range is taken.</summary>
    PortRangeExhausted,

    /// <summary>The operating system does not permit it.</summary>
    AccessDenied,

    /// <summary>No such name, or a name without addresses.</summary>
    NameNotFound,

    /// <summary>No name server answered.</summary>
    NameServerUnreachable,

    /// <summary>A limit of the process or system is reached, for example open files.</summary>
    ResourceLimit,
}
