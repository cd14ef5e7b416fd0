using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>What an Allocate request asks for, judged in the order of RFC 8656 §7.2.</summary>
internal readonly ref struct AllocateDemands
{
    private const byte TcpProtocol = 6;
    private const byte UdpProtocol = 17;

    private AllocateDemands(IpFamily family, PortDemand ports, ReadOnlySpan<byte> token, bool wantsIPv6Too, bool isTcp, bool wantsTicket)
    {
        IsTcp = isTcp;
        WantsTicket = wantsTicket;
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

    /// <summary>Whether TCP connections are to be relayed (RFC 6062).</summary>
    public bool IsTcp { get; }

    /// <summary>Whether a ticket is wanted (RFC 8016).</summary>
    public bool WantsTicket { get; }

    /// <summary>Reads a request.</summary>
    /// <returns>0, or the code of the error that it gets.</returns>
    public static int Read(in ServerRequest request, in StunReader message, StunTurnServerOptions options, ServerTransport transport, out AllocateDemands demands)
    {
        demands = default;
        if (message.GetByte(StunAttributeType.RequestedTransport, out byte protocol) != StunAttributeStatus.Ok)
        {
            return 400;
        }

        if (protocol is not (UdpProtocol or TcpProtocol) || (protocol == TcpProtocol && !options.RelaysTcp))
        {
            return 442;
        }

        if (protocol == UdpProtocol && !options.RelaysUdp)
        {
            return 403;
        }

        bool isTcp = protocol == TcpProtocol;
        if (isTcp && (transport == ServerTransport.Udp || message.Has(StunAttributeType.DontFragment)
            || message.Has(StunAttributeType.EvenPort) || message.Has(StunAttributeType.ReservationToken)))
        {
            return 400;
        }

        int error = ReadTicket(message, options, out bool wantsTicket);
        if (error != 0)
        {
            return error;
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

        return ReadFamiliesAndPorts(message, isTcp, wantsTicket, out demands);
    }

    // RFC 8016 §3.1.2: empty, and not where it is forbidden; a server that does not know it looks past it.
    private static int ReadTicket(in StunReader message, StunTurnServerOptions options, out bool wantsTicket)
    {
        wantsTicket = false;
        if (options.Mobility == ServerMobility.Unknown || !message.TryFind(StunAttributeType.MobilityTicket, out StunAttribute ticket))
        {
            return 0;
        }

        wantsTicket = true;
        return !ticket.Value.IsEmpty ? 400 : options.Mobility == ServerMobility.Forbidden ? 405 : 0;
    }

    private static int ReadFamiliesAndPorts(in StunReader message, bool isTcp, bool wantsTicket, out AllocateDemands demands)
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
        demands = new AllocateDemands(family, ports, token.Value, wantsIPv6Too, isTcp, wantsTicket);
        return 0;
    }
}
