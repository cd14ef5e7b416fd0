using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A packet on its way: a datagram, unless <see cref="Protocol"/> says otherwise. NATs rewrite <see cref="Source"/> and <see cref="Destination"/>.</summary>
internal sealed class VirtualDatagram(long number, MonotonicTime sentAt, TransportAddress source, TransportAddress destination, byte[] bytes)
{
    private const int IPv4HeaderBytes = 20, IPv6HeaderBytes = 40, UdpHeaderBytes = 8;

    public long Number { get; } = number;

    public MonotonicTime SentAt { get; } = sentAt;

    public TransportAddress OriginalSource { get; init; } = source;

    public TransportAddress OriginalDestination { get; init; } = destination;

    public TransportAddress Source { get; set; } = source;

    public TransportAddress Destination { get; set; } = destination;

    public byte[] Bytes { get; set; } = bytes;

    public IpProtocol Protocol { get; init; }

    public StreamPacket? StreamPacket { get; init; }

    public IcmpMessage? Icmp { get; set; }

    public bool DontFragment { get; init; }

    /// <summary>How many IP fragments it travels in.</summary>
    public int Fragments { get; set; } = 1;

    /// <summary>Whether a later fragment is ahead of an earlier one.</summary>
    public bool AreFragmentsOutOfOrder { get; set; }

    public int Hops { get; set; }

    /// <summary>Whether its way is over: every datagram has one owner at a time, and one end.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Size of the IP packet, before fragmentation.</summary>
    public int PacketBytes => Bytes.Length + UdpHeaderBytes + (Destination.Family == IpFamily.IPv6 ? IPv6HeaderBytes : IPv4HeaderBytes);

    public VirtualDatagram Copy() => new(Number, SentAt, Source, Destination, Bytes)
    {
        OriginalSource = OriginalSource,
        OriginalDestination = OriginalDestination,
        Protocol = Protocol,
        StreamPacket = StreamPacket,
        Icmp = Icmp,
        DontFragment = DontFragment,
        Fragments = Fragments,
        AreFragmentsOutOfOrder = AreFragmentsOutOfOrder,
        Hops = Hops,
    };
}
