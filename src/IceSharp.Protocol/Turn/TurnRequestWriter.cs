using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>The attributes of each kind of request, authentication left out. A repeat writes the same ones (RFC 8656 §7.1).</summary>
internal static class TurnRequestWriter
{
    private const byte TcpProtocol = 6;
    private const byte UdpProtocol = 17;

    public static void Write(ref StunWriter writer, TurnRequest request, TurnAllocationSettings settings)
    {
        switch (request.Kind)
        {
            case TurnRequestKind.Allocate:
                WriteAllocate(ref writer, request, settings);
                break;
            case TurnRequestKind.Refresh:
                AddSoftware(ref writer, settings);
                AddLifetime(ref writer, settings);
                break;
            case TurnRequestKind.Release or TurnRequestKind.ReleaseFamily:
                AddSoftware(ref writer, settings);
                writer.AddUInt32(StunAttributeType.Lifetime, 0);
                if (request.Kind == TurnRequestKind.ReleaseFamily)
                {
                    writer.AddByte(StunAttributeType.RequestedAddressFamily, (byte)request.Family);
                }

                break;
            case TurnRequestKind.Move:
                AddSoftware(ref writer, settings);
                AddLifetime(ref writer, settings);
                writer.AddBytes(StunAttributeType.MobilityTicket, request.Ticket);
                break;
            case TurnRequestKind.CreatePermission:
                foreach (IpAddress peer in request.Peers)
                {
                    // A permission is for the address alone; the port means nothing.
                    writer.AddXorAddress(StunAttributeType.XorPeerAddress, new TransportAddress(peer, 0));
                }

                break;
            case TurnRequestKind.ChannelBind:
                writer.AddUInt16(StunAttributeType.ChannelNumber, request.Channel!.Number);
                writer.AddXorAddress(StunAttributeType.XorPeerAddress, request.Channel.Peer);
                break;
            case TurnRequestKind.Connect:
                writer.AddXorAddress(StunAttributeType.XorPeerAddress, request.Connection!.Peer);
                break;
            case TurnRequestKind.ConnectionBind:
                writer.AddUInt32(StunAttributeType.ConnectionId, request.Connection!.Id);
                break;
        }
    }

    private static void WriteAllocate(ref StunWriter writer, TurnRequest request, TurnAllocationSettings settings)
    {
        AddSoftware(ref writer, settings);
        AddLifetime(ref writer, settings);
        writer.AddByte(StunAttributeType.RequestedTransport, settings.RelayProtocol == TurnRelayProtocol.Tcp ? TcpProtocol : UdpProtocol);
        if (settings.RelayedFamily != IpFamily.None)
        {
            writer.AddByte(StunAttributeType.RequestedAddressFamily, (byte)settings.RelayedFamily);
        }

        if (request.AsksForBoth)
        {
            writer.AddByte(StunAttributeType.AdditionalAddressFamily, (byte)IpFamily.IPv6);
        }

        if (settings.Ports != TurnPortDemand.Any)
        {
            writer.AddEvenPort(settings.Ports == TurnPortDemand.EvenAndNext);
        }

        if (settings.ReservationToken is { } token)
        {
            writer.AddUInt64(StunAttributeType.ReservationToken, token.Value);
        }

        if (request.DontFragment)
        {
            writer.AddFlag(StunAttributeType.DontFragment);
        }

        if (request.AsksForTicket)
        {
            // Empty: the server is to make one (RFC 8016 §3.1.1).
            writer.AddFlag(StunAttributeType.MobilityTicket);
        }
    }

    private static void AddSoftware(ref StunWriter writer, TurnAllocationSettings settings)
    {
        if (settings.Software is { } software)
        {
            writer.AddText(StunAttributeType.Software, software);
        }
    }

    private static void AddLifetime(ref StunWriter writer, TurnAllocationSettings settings)
    {
        if (settings.RequestedLifetime is { } lifetime)
        {
            writer.AddUInt32(StunAttributeType.Lifetime, (uint)lifetime.TotalSeconds);
        }
    }
}
