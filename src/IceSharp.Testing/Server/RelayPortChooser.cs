using System.Buffers.Binary;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Draws a free relayed port: at random, and the next free one above it when that is taken (RFC 8656 §7.2).</summary>
internal sealed class RelayPortChooser(PortRange ports, AllocationTable allocations, IRandomSource random)
{
    public bool TryChoose(IpAddress address, out TransportAddress relayed)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        uint start = BinaryPrimitives.ReadUInt32BigEndian(bytes) % (uint)ports.Count;
        for (uint i = 0; i < ports.Count; i++)
        {
            relayed = new TransportAddress(address, (ushort)(ports.First + ((start + i) % (uint)ports.Count)));
            if (!allocations.IsRelayed(relayed))
            {
                return true;
            }
        }

        relayed = default;
        return false;
    }
}
