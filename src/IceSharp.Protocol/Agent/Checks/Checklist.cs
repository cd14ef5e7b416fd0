namespace IceSharp.Protocol.Agent;

/// <summary>The pairs of one stream, best first, with the queue of triggered checks and the valid list (RFC 8445 §6.1.2, §6.1.4).</summary>
internal sealed class Checklist(StreamGeneration generation)
{
    private readonly List<CandidatePair> _pairs = [];
    private readonly List<CandidatePair> _valid = [];
    private readonly List<CandidatePair> _triggered = [];

    public StreamGeneration Generation { get; } = generation;

    public AgentStream Stream => Generation.Stream;

    public ChecklistState State { get; set; }

    /// <summary>The pairs to check, highest priority first.</summary>
    public IReadOnlyList<CandidatePair> Pairs => _pairs;

    /// <summary>Pairs that a check has proven.</summary>
    public IReadOnlyList<CandidatePair> Valid => _valid;

    /// <summary>Triggered checks, first in first out.</summary>
    public IReadOnlyList<CandidatePair> Triggered => _triggered;

    /// <summary>Position in the list, best 1; behind the last one for a pair that is not in it.</summary>
    public int PlaceOf(CandidatePair pair)
    {
        int index = _pairs.IndexOf(pair);
        return 1 + (index < 0 ? _pairs.Count : index);
    }

    public CandidatePair? FindPath(CandidateBase from, TransportAddress to)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.IsPath(from, to))
            {
                return pair;
            }
        }

        return null;
    }

    /// <summary>Inserts by priority; a pair comes behind those of equal priority.</summary>
    public void Insert(CandidatePair pair)
    {
        int index = _pairs.FindIndex(other => other.Priority < pair.Priority);
        _pairs.Insert(index < 0 ? _pairs.Count : index, pair);
    }

    public void Remove(CandidatePair pair)
    {
        _pairs.Remove(pair);
        _triggered.Remove(pair);
    }

    /// <summary>Sorts again after priorities have changed; the order of equals stays.</summary>
    public void Sort()
    {
        List<CandidatePair> ordered = [.. _pairs.OrderByDescending(pair => pair.Priority)];
        _pairs.Clear();
        _pairs.AddRange(ordered);
    }

    public void Trigger(CandidatePair pair)
    {
        if (!_triggered.Contains(pair))
        {
            _triggered.Add(pair);
        }
    }

    public bool RemoveTriggered(CandidatePair pair) => _triggered.Remove(pair);

    public void AddValid(MonotonicTime now, CandidatePair pair)
    {
        pair.IsValid = true;
        pair.ValidSince ??= now;
        if (!_valid.Contains(pair))
        {
            _valid.Add(pair);
        }
    }

    public void RemoveValid(CandidatePair pair)
    {
        pair.IsValid = false;
        pair.IsNominated = false;
        pair.ValidSince = null;
        _valid.Remove(pair);
    }

    /// <summary>The checked pair behind a valid one whose checks take the path, also when it has left the checklist.</summary>
    public CandidatePair? FindProvenPath(CandidateBase from, TransportAddress to)
    {
        foreach (CandidatePair pair in _valid)
        {
            CandidatePair generator = pair.Generator ?? pair;
            if (generator.IsPath(from, to))
            {
                return generator;
            }
        }

        return null;
    }

    public CandidatePair? FindValid(TransportAddress local, CandidateBase from, TransportAddress remote)
    {
        foreach (CandidatePair pair in _valid)
        {
            if (pair.Local.Address == local && pair.IsPath(from, remote))
            {
                return pair;
            }
        }

        return null;
    }

    /// <summary>The pair that data of the component uses: the best nominated one, else the best valid one.</summary>
    public CandidatePair? Best(int component)
    {
        CandidatePair? best = null;
        foreach (CandidatePair pair in _valid)
        {
            if (pair.Component == component
                && (best is null || (pair.IsNominated && !best.IsNominated) || (pair.IsNominated == best.IsNominated && pair.Priority > best.Priority)))
            {
                best = pair;
            }
        }

        return best;
    }

    /// <summary>The valid pair of highest priority, nominated or not.</summary>
    public CandidatePair? BestValid(int component)
    {
        CandidatePair? best = null;
        foreach (CandidatePair pair in _valid)
        {
            if (pair.Component == component && (best is null || pair.Priority > best.Priority))
            {
                best = pair;
            }
        }

        return best;
    }

    public CandidatePair? Nominated(int component) => Best(component) is { IsNominated: true } pair ? pair : null;
}
