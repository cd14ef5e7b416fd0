using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>The attributes of each kind of request, authentication left out. A repeat writes the same ones (RFC 8656 §7.1).</summary>
internal static class TurnRequestWriter
{
    private const byte UdpProtocol = 17;

    public static void Write(ref StunWriter writer, TurnRequest request, TurnAllocationSettings settings)
    {
        switch (request.Kind)
        {
            case TurnRequestKind.Allocate:
                AddSoftware(ref writer, settings);
                AddLifetime(ref writer, settings);
                writer.AddByte(StunAttributeType.RequestedTransport, UdpProtocol);
                if (settings.RelayedFamily != IpFamily.None)
                {
                    writer.AddByte(StunAttributeType.RequestedAddressFamily, (byte)settings.RelayedFamily);
                }

                if (request.DontFragment)
                {
                    writer.AddFlag(StunAttributeType.DontFragment);
                }

                break;
            case TurnRequestKind.Refresh:
                AddSoftware(ref writer, settings);
                AddLifetime(ref writer, settings);
                break;
            case TurnRequestKind.Release:
                AddSoftware(ref writer, settings);
                writer.AddUInt32(StunAttributeType.Lifetime, 0);
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
