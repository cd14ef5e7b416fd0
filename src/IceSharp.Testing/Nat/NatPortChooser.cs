using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Chooses external ports as the behaviour says.</summary>
internal sealed class NatPortChooser(NatBehaviour behaviour, SeededRandomSource random)
{
    private readonly Dictionary<(IpAddress External, IpAddress Host), int> _blocks = [];
    private readonly Dictionary<IpAddress, int> _blocksGiven = [];
    private readonly Dictionary<IpAddress, int> _last = [];

    /// <summary>Chooses a port; false when none is left.</summary>
    /// <param name="external">The external address.</param>
    /// <param name="inside">Who asks.</param>
    /// <param name="isFree">Whether a port may be given there.</param>
    /// <param name="port">The port.</param>
    public bool TryChoose(IpAddress external, TransportAddress inside, Func<ushort, bool> isFree, out ushort port)
    {
        port = 0;
        int first = behaviour.FirstPort, last = behaviour.LastPort;
        if (behaviour.PortAllocation == NatPortAllocation.HostBlock && !TryFindBlock(external, inside.Address, out first, out last))
        {
            return false;
        }

        int count = last - first + 1;
        int start = behaviour.PortAllocation switch
        {
            NatPortAllocation.Preserving or NatPortAllocation.Overloading => inside.Port,
            NatPortAllocation.Sequential => _last.GetValueOrDefault(external) + 1,
            NatPortAllocation.HostBlock => first,
            _ => first + random.NextInt32(count),
        };
        start = start < first || start > last ? first : start;
        bool found = behaviour.PreservesParity && TryWalk(start, first, count, inside.Port % 2, isFree, out port);
        found = found || TryWalk(start, first, count, -1, isFree, out port);
        _last[external] = found ? port : _last.GetValueOrDefault(external);
        return found;
    }

    public void Clear()
    {
        _blocks.Clear();
        _blocksGiven.Clear();
    }

    private static bool TryWalk(int start, int first, int count, int parity, Func<ushort, bool> isFree, out ushort port)
    {
        for (int i = 0; i < count; i++)
        {
            port = (ushort)(first + ((start - first + i) % count));
            if ((parity < 0 || port % 2 == parity) && isFree(port))
            {
                return true;
            }
        }

        port = 0;
        return false;
    }

    private bool TryFindBlock(IpAddress external, IpAddress host, out int first, out int last)
    {
        if (!_blocks.TryGetValue((external, host), out int block))
        {
            block = _blocksGiven.GetValueOrDefault(external);
            if (behaviour.FirstPort + ((block + 1) * behaviour.PortBlockSize) - 1 > behaviour.LastPort)
            {
                (first, last) = (0, 0);
                return false;
            }

            _blocksGiven[external] = block + 1;
            _blocks.Add((external, host), block);
        }

        first = behaviour.FirstPort + (block * behaviour.PortBlockSize);
        last = first + behaviour.PortBlockSize - 1;
        return true;
    }
}
