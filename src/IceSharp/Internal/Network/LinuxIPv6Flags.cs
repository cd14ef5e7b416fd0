namespace IceSharp.Internal.Network;

/// <summary>Flags of an IPv6 address in <c>/proc/net/if_inet6</c>.</summary>
[Flags]
internal enum LinuxIPv6Flags : byte
{
    None = 0,
    Temporary = 0x01,
    DuplicateDetectionFailed = 0x08,
    Deprecated = 0x20,
    Tentative = 0x40,

    /// <summary>Cannot be bound.</summary>
    Unusable = DuplicateDetectionFailed | Tentative,
}
