using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>What the success of Allocate gave: one relayed address or one of each family, and what came with them (RFC 8656 §7.3). As of the last input.</summary>
public sealed class TurnRelays
{
    private TransportAddress? _ipv4;
    private TransportAddress? _ipv6;

    internal TurnRelays()
    {
    }

    /// <summary>The relayed address of the family that was asked for, IPv4 where none was or both were; null before there is one.</summary>
    public TransportAddress? First => _ipv4 ?? _ipv6;

    /// <summary>The client's address as the server sees it; null before it is known.</summary>
    public TransportAddress? MappedAddress { get; private set; }

    /// <summary>Why one of both families was not given: 440, it never will be, or 508, ask again after 60 s at the earliest (RFC 8656 §7.3); 0 when the server said nothing.</summary>
    /// <remarks>With 0 and without an IPv6 address the server does not know ADDITIONAL-ADDRESS-FAMILY: a second allocation, from another socket, may ask for IPv6 alone.</remarks>
    public int AddressErrorCode { get; private set; }

    /// <summary>The family that <see cref="AddressErrorCode"/> is about.</summary>
    public IpFamily AddressErrorFamily { get; private set; }

    /// <summary>Stands for the next higher port, for <see cref="TurnAllocationSettings.ReservationToken"/> of another allocation; null when none was reserved.</summary>
    public TurnReservationToken? ReservationToken { get; private set; }

    /// <summary>The first relayed address before the latest reallocation; null before there was one.</summary>
    public TransportAddress? Former { get; private set; }

    internal bool IsOpen => First is not null;

    /// <summary>The relayed address of a family; null when there is none.</summary>
    public TransportAddress? GetAddress(IpFamily family) => family switch
    {
        IpFamily.IPv4 => _ipv4,
        IpFamily.IPv6 => _ipv6,
        _ => null,
    };

    /// <summary>Whether a peer of this family can be reached.</summary>
    public bool Serves(IpFamily family) => GetAddress(family) is not null;

    /// <summary>Reads a success of Allocate.</summary>
    /// <returns>False when it gives none of the families that were asked for, or one that was not.</returns>
    internal bool TryRead(in StunReader message, TurnAllocationSettings settings)
    {
        (_ipv4, _ipv6, MappedAddress, ReservationToken, AddressErrorCode) = (null, null, null, null, 0);
        foreach (StunAttribute attribute in message)
        {
            if (attribute.Type == StunAttributeType.XorRelayedAddress && !TryTake(attribute, message.TransactionId, settings))
            {
                return Reject();
            }
        }

        MappedAddress = message.GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped) == StunAttributeStatus.Ok && IsUsable(ref mapped) ? mapped : null;
        ReservationToken = message.GetUInt64(StunAttributeType.ReservationToken, out ulong token) == StunAttributeStatus.Ok ? new TurnReservationToken(token) : null;
        if (message.TryFind(StunAttributeType.AddressErrorCode, out StunAttribute error)
            && error.ReadAddressErrorCode(out IpFamily family, out int code, out _) == StunAttributeStatus.Ok)
        {
            (AddressErrorFamily, AddressErrorCode) = (family, code);
        }

        return (IsOpen && (settings.RelayedFamily == IpFamily.None || Serves(settings.RelayedFamily))) || Reject();
    }

    /// <summary>Forgets one family, which was given back.</summary>
    internal void Remove(IpFamily family)
    {
        _ipv4 = family == IpFamily.IPv4 ? null : _ipv4;
        _ipv6 = family == IpFamily.IPv6 ? null : _ipv6;
    }

    /// <summary>Forgets the addresses of an allocation that is gone, but for the first.</summary>
    internal void Clear()
    {
        Former = First ?? Former;
        (_ipv4, _ipv6, ReservationToken) = (null, null, null);
    }

    private bool Reject()
    {
        (_ipv4, _ipv6) = (null, null);
        return false;
    }

    private bool TryTake(in StunAttribute attribute, StunTransactionId id, TurnAllocationSettings settings)
    {
        bool ok = attribute.ReadXorAddress(id, out TransportAddress address) == StunAttributeStatus.Ok && IsUsable(ref address);
        IpFamily asked = settings.RelayedFamily == IpFamily.None ? IpFamily.IPv4 : settings.RelayedFamily;
        if (!ok || Serves(address.Family) || (!settings.BothFamilies && settings.ReservationToken is null && address.Family != asked))
        {
            return false;
        }

        _ipv4 = address.Family == IpFamily.IPv4 ? address : _ipv4;
        _ipv6 = address.Family == IpFamily.IPv6 ? address : _ipv6;
        return true;
    }

    private static bool IsUsable(ref TransportAddress address)
    {
        address = address with { Address = address.Address.Unmap() };
        return address.Port != 0 && !address.Address.IsUnspecified && !address.Address.IsMulticast;
    }
}
