using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>What an Allocate request asks for, judged in the order of RFC 8656 §7.2.</summary>
internal readonly ref struct AllocateDemands
{
    private const byte UdpProtocol = 17;

    private AllocateDemands(IpFamily family, PortDemand ports, ReadOnlySpan<byte> token, bool wantsIPv6Too)
    {
        Family = family;
        Ports = ports;
        Token = token;
        WantsIPv6Too = wantsIPv6Too;
    }

    public IpFamily Family { get; }

    public PortDemand Ports { get; }

    /// <summary>RESERVATION-TOKEN, or empty.</summary>
    public ReadOnlySpan<byte> Token { get; }

    /// <summary>ADDITIONAL-ADDRESS-FAMILY: an IPv6 address beside the IPv4 one.</summary>
    public bool WantsIPv6Too { get; }

    /// <summary>Reads a request.</summary>
    /// <returns>0, or the code of the error that it gets.</returns>
    public static int Read(in ServerRequest request, in StunReader message, out AllocateDemands demands)
    {
        demands = default;
        if (message.GetByte(StunAttributeType.RequestedTransport, out byte protocol) != StunAttributeStatus.Ok)
        {
            return 400;
        }

        if (protocol != UdpProtocol)
        {
            return 442;
        }

        // DF cannot be set here, and RFC 8656 §7.2 wants that told before anything is allocated.
        StunAttributeStatus dontFragment = message.GetFlag(StunAttributeType.DontFragment);
        if (dontFragment != StunAttributeStatus.Missing)
        {
            return dontFragment == StunAttributeStatus.Ok ? 420 : 400;
        }

        if (PeerRules.IsTunnel(request.FiveTuple.Client.Address))
        {
            return 403;
        }

        return ReadFamiliesAndPorts(message, out demands);
    }

    private static int ReadFamiliesAndPorts(in StunReader message, out AllocateDemands demands)
    {
        demands = default;
        StunAttributeStatus requestedStatus = message.GetByte(StunAttributeType.RequestedAddressFamily, out byte requested);
        StunAttributeStatus additionalStatus = message.GetByte(StunAttributeType.AdditionalAddressFamily, out byte additional);
        bool hasToken = message.TryFind(StunAttributeType.ReservationToken, out StunAttribute token);
        bool hasEvenPort = message.TryFind(StunAttributeType.EvenPort, out StunAttribute evenPort);
        bool reserveNext = false;
        if (hasToken && (hasEvenPort || requestedStatus != StunAttributeStatus.Missing || additionalStatus != StunAttributeStatus.Missing))
        {
            return 400;
        }

        if ((hasToken && token.Value.Length != PortReservations.TokenBytes)
            || (requestedStatus != StunAttributeStatus.Missing && additionalStatus != StunAttributeStatus.Missing)
            || requestedStatus == StunAttributeStatus.BadLength)
        {
            return 400;
        }

        IpFamily family = requestedStatus == StunAttributeStatus.Ok ? (IpFamily)requested : IpFamily.IPv4;
        if (family is not (IpFamily.IPv4 or IpFamily.IPv6))
        {
            return 440;
        }

        bool wantsIPv6Too = additionalStatus == StunAttributeStatus.Ok && (IpFamily)additional == IpFamily.IPv6;
        if ((hasEvenPort && evenPort.ReadEvenPort(out reserveNext) != StunAttributeStatus.Ok)
            || (reserveNext && wantsIPv6Too)
            || (additionalStatus != StunAttributeStatus.Missing && !wantsIPv6Too))
        {
            return 400;
        }

        PortDemand ports = reserveNext ? PortDemand.EvenAndNext : hasEvenPort ? PortDemand.Even : PortDemand.Any;
        demands = new AllocateDemands(family, ports, token.Value, wantsIPv6Too);
        return 0;
    }
}
