using System.Buffers.Binary;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Draws a free relayed port: at random, and the next free one above it when that is taken (RFC 8656 §7.2).</summary>
internal sealed class RelayPortChooser(PortRange ports, AllocationTable allocations, PortReservations reservations, IRandomSource random)
{
    public bool TryChoose(IpAddress address, PortDemand demand, out TransportAddress relayed)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        uint start = BinaryPrimitives.ReadUInt32BigEndian(bytes) % (uint)ports.Count;
        for (uint i = 0; i < ports.Count; i++)
        {
            relayed = new TransportAddress(address, (ushort)(ports.First + ((start + i) % (uint)ports.Count)));
            if (IsFree(relayed) && Suits(relayed, demand))
            {
                return true;
            }
        }

        relayed = default;
        return false;
    }

    /// <summary>The address with the next higher port.</summary>
    public static TransportAddress Next(TransportAddress address) => address with { Port = (ushort)(address.Port + 1) };

    private bool Suits(TransportAddress address, PortDemand demand) =>
        demand == PortDemand.Any
        || (address.Port % 2 == 0 && (demand == PortDemand.Even || (address.Port < ports.First + ports.Count - 1 && IsFree(Next(address)))));

    private bool IsFree(TransportAddress address) => !allocations.IsRelayed(address) && !reservations.Holds(address);
}
