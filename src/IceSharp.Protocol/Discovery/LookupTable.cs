using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Dns;

namespace IceSharp.Protocol.Discovery;

/// <summary>The lookups of one resolution: each asked once however often it is needed, and not more than a bounded number.</summary>
internal sealed class LookupTable(IRandomSource random)
{
    // A zone that sends its clients on and on gets no further than this.
    private const int MaxLookups = 40;

    private const int MaxRecords = 16;

    private readonly List<Entry> _entries = [];
    private int _handedOut;

    /// <summary>Whether a lookup has not been answered.</summary>
    public bool IsWaiting => _entries.Exists(e => e.Answer is null);

    /// <summary>Whether a lookup failed.</summary>
    public bool HasFailures => _entries.Exists(e => e.Answer is { HasFailed: true });

    /// <summary>The answer to a lookup; null while it is not known. Records come sorted.</summary>
    public NameLookupAnswer? Ask(NameLookupKind kind, string name)
    {
        Entry? entry = _entries.Find(e => e.Lookup.Kind == kind && DnsName.AreSame(e.Lookup.Name, name));
        if (entry is null && _entries.Count == MaxLookups)
        {
            return new NameLookupAnswer(0);
        }

        if (entry is null)
        {
            entry = new Entry(new NameLookup(_entries.Count + 1, kind, name));
            _entries.Add(entry);
        }

        return entry.Answer;
    }

    /// <summary>The next lookup that the host has not been told of.</summary>
    public bool TryTake([NotNullWhen(true)] out NameLookup? lookup)
    {
        lookup = _handedOut < _entries.Count ? _entries[_handedOut++].Lookup : null;
        return lookup is not null;
    }

    /// <summary>Keeps an answer; the first one counts.</summary>
    public void Answer(NameLookupAnswer answer)
    {
        if (_entries.Find(e => e.Lookup.Id == answer.LookupId) is { Answer: null } entry)
        {
            // The draw among servers is made once here, so that looking again sees the same order.
            entry.Answer = answer with
            {
                Services = [.. SrvOrder.Draw([.. answer.Services.Take(MaxRecords)], random)],
                Rules = [.. answer.Rules.OrderBy(r => r.Order).ThenBy(r => r.Preference).Take(MaxRecords)],
            };
        }
    }

    private sealed class Entry(NameLookup lookup)
    {
        public NameLookup Lookup { get; } = lookup;

        public NameLookupAnswer? Answer { get; set; }
    }
}
