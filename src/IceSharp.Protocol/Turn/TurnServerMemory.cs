using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Turn;

/// <summary>Which servers are not to be asked for an allocation for a while, and why (RFC 8656 §7.3, §7.4). One for all machines of a client.</summary>
/// <remarks>Bounded: of more than 64 servers the ones heard of longest ago are forgotten. Not thread safe.</remarks>
[Experimental("ICE0001")]
public sealed class TurnServerMemory
{
    /// <summary>How many local ports are tried when a server says that the 5-tuple has an allocation already.</summary>
    public const int MaxPorts = 3;

    private const int MaxServers = 64;
    private static readonly TimeSpan CapacityPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MismatchPause = TimeSpan.FromSeconds(120);
    private readonly List<Entry> _entries = [];

    /// <summary>Says why a server is not to be asked now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="server">The server.</param>
    /// <param name="family">The family of the relayed address; <see cref="IpFamily.None"/> counts as IPv4.</param>
    /// <param name="until">When it may be asked again; <see cref="MonotonicTime.Never"/> when that will not change.</param>
    /// <returns><see cref="TurnFailure.None"/> when it may be asked.</returns>
    public TurnFailure GetBlock(MonotonicTime now, TransportAddress server, IpFamily family, out MonotonicTime until)
    {
        until = now;
        if (Find(server) is not { } entry)
        {
            return TurnFailure.None;
        }

        if (entry.RefusedFamilies.Contains(Normalize(family)))
        {
            until = MonotonicTime.Never;
            return TurnFailure.AddressFamilyNotSupported;
        }

        foreach ((IpFamily blocked, TurnFailure why, MonotonicTime end) in entry.Pauses)
        {
            if (now < end && (blocked == IpFamily.None || blocked == Normalize(family)))
            {
                until = end;
                return why;
            }
        }

        return TurnFailure.None;
    }

    /// <summary>After <see cref="TurnFailure.AllocationMismatch"/>: whether another local port may be tried at once.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="server">The server.</param>
    public bool MayTryOtherPort(MonotonicTime now, TransportAddress server) => GetBlock(now, server, IpFamily.None, out _) == TurnFailure.None;

    /// <summary>Whether a server has said that it allows no mobility (405).</summary>
    /// <param name="server">The server.</param>
    public bool ForbidsMobility(TransportAddress server) => Find(server)?.ForbidsMobility == true;

    internal void NoteSuccess(TransportAddress server)
    {
        if (Find(server) is { } entry)
        {
            entry.Mismatches = 0;
        }
    }

    internal void NoteMobilityForbidden(TransportAddress server) => FindOrAdd(server).ForbidsMobility = true;

    /// <summary>Notes what a server said to an Allocate, or of one family of two.</summary>
    internal void Note(MonotonicTime now, TransportAddress server, IpFamily family, TurnFailure failure, bool demandedPort)
    {
        switch (failure)
        {
            case TurnFailure.AddressFamilyNotSupported:
                FindOrAdd(server).RefusedFamilies.Add(Normalize(family));
                break;
            case TurnFailure.QuotaReached:
                Pause(server, IpFamily.None, failure, now + CapacityPause);
                break;
            case TurnFailure.InsufficientCapacity when !demandedPort:
                Pause(server, family, failure, now + CapacityPause);
                break;
            case TurnFailure.AllocationMismatch when ++FindOrAdd(server).Mismatches >= MaxPorts:
                FindOrAdd(server).Mismatches = 0;
                Pause(server, IpFamily.None, failure, now + MismatchPause);
                break;
        }
    }

    private static IpFamily Normalize(IpFamily family) => family == IpFamily.None ? IpFamily.IPv4 : family;

    private void Pause(TransportAddress server, IpFamily family, TurnFailure why, MonotonicTime until)
    {
        Entry entry = FindOrAdd(server);
        entry.Pauses.RemoveAll(p => p.Family == family);
        entry.Pauses.Add((family, why, until));
    }

    private Entry? Find(TransportAddress server) => _entries.Find(e => e.Server == server);

    private Entry FindOrAdd(TransportAddress server)
    {
        Entry entry = Find(server) ?? new Entry(server);
        _entries.Remove(entry);
        _entries.Add(entry);
        if (_entries.Count > MaxServers)
        {
            _entries.RemoveAt(0);
        }

        return entry;
    }

    private sealed class Entry(TransportAddress server)
    {
        public TransportAddress Server { get; } = server;

        public int Mismatches { get; set; }

        public bool ForbidsMobility { get; set; }

        public HashSet<IpFamily> RefusedFamilies { get; } = [];

        /// <summary>Pauses by family; None stands for both.</summary>
        public List<(IpFamily Family, TurnFailure Why, MonotonicTime Until)> Pauses { get; } = [];
    }
}
