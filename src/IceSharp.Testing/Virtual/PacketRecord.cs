using System.Globalization;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>One datagram's way through the virtual network, from its sender to its end.</summary>
public sealed record PacketRecord
{
    /// <summary>Running number in order of sending, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>When it was sent.</summary>
    public required MonotonicTime SentAt { get; init; }

    /// <summary>When it arrived or was dropped.</summary>
    public required MonotonicTime EndedAt { get; init; }

    /// <summary>The sending socket's own address.</summary>
    public required TransportAddress Source { get; init; }

    /// <summary>Where the sender sent it.</summary>
    public required TransportAddress Destination { get; init; }

    /// <summary>The source as it stood at the end, after NATs.</summary>
    public required TransportAddress FinalSource { get; init; }

    /// <summary>The destination as it stood at the end, after NATs.</summary>
    public required TransportAddress FinalDestination { get; init; }

    /// <summary>What became of it.</summary>
    public required PacketFate Fate { get; init; }

    /// <summary>Name of the host, NAT or segment where it ended.</summary>
    public required string Where { get; init; }

    /// <summary>What it is.</summary>
    /// <value>The default is <see cref="IpProtocol.Udp"/>.</value>
    public IpProtocol Protocol { get; init; }

    /// <summary>What it says besides its payload: "SYN", "RST", "PortUnreachable"; null for a datagram.</summary>
    public string? Detail { get; init; }

    /// <summary>The payload.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    private string What => Protocol switch
    {
        IpProtocol.Udp => DatagramDescription.Of(Bytes.Span),
        IpProtocol.Tcp when Bytes.Length > 0 => $"TCP {Detail}: {DatagramDescription.Of(Bytes.Span)}",
        _ => $"{(Protocol == IpProtocol.Tcp ? "TCP" : "ICMP")} {Detail}",
    };

    /// <summary>One line for people: times, addresses, what it is, and its fate. STUN messages are named, payloads are not printed.</summary>
    public override string ToString()
    {
        string source = FinalSource == Source ? $"{Source}" : $"{Source} (seen as {FinalSource})";
        string destination = FinalDestination == Destination ? $"{Destination}" : $"{Destination} (inside {FinalDestination})";
        string took = ((EndedAt - SentAt).TotalMilliseconds).ToString("0.###", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{SentAt} +{took} ms  {source} -> {destination}  {What}  {Fate} at {Where}");
    }
}
