namespace IceSharp.Protocol.Agent;

/// <summary>Finds the local addresses that gathering uses: those of all interfaces, or those of the system's routes (RFC 8445 §5.1.1.1, RFC 8828 §6).</summary>
internal sealed class LocalAddressSearch(AgentContext context)
{
    private readonly List<LocalInterfaceAddress> _found = [];
    private int _open;
    private bool _isStale;

    /// <summary>Told, when the search ends, which addresses there are, and which of them are used, the preferred first.</summary>
    public required Action<MonotonicTime, IReadOnlyList<LocalInterfaceAddress>, List<LocalInterfaceAddress>> Found { get; init; }

    /// <summary>Told of each address that is not used, and why; the address is null where a family has no route.</summary>
    public required Action<MonotonicTime, LocalInterfaceAddress?, string> Refused { get; init; }

    public bool IsRunning => _open > 0;

    /// <summary>Begins; a search that is under way is done once more afterwards, for it may have looked too early.</summary>
    public void Start(MonotonicTime now)
    {
        if (IsRunning)
        {
            _isStale = true;
            return;
        }

        _found.Clear();
        if (!context.Policy.FollowsRoute)
        {
            Ask(new ListInterfacesRequest(context.HostRequests.NextId()));
            return;
        }

        foreach (IpAddress destination in context.Options.RouteDestinations)
        {
            Ask(new FindRouteRequest(context.HostRequests.NextId(), destination));
        }

        Conclude(now);
    }

    private void Ask(IceHostRequest request)
    {
        _open++;
        context.HostRequests.Add(request, OnAnswer);
    }

    private void OnAnswer(MonotonicTime now, IceHostAnswer answer)
    {
        _open--;
        switch (answer)
        {
            case InterfacesListed listed:
                _found.AddRange(listed.Addresses);
                break;
            case RouteFound { LocalAddress: { } local } when !_found.Exists(f => f.Address == local.Address):
                _found.Add(local);
                break;
            case RouteFound { LocalAddress: null } none:
                Refused(now, null, none.Detail);
                break;
            default:
                break;
        }

        Conclude(now);
    }

    private void Conclude(MonotonicTime now)
    {
        if (IsRunning)
        {
            return;
        }

        List<LocalInterfaceAddress> usable = AddressRules.Select(_found, context.Options, (address, reason) => Refused(now, address, reason));
        LocalInterfaceAddress[] all = [.. _found];
        bool again = _isStale;
        _isStale = false;
        Found(now, all, LocalPreferences.Order(usable));
        if (again)
        {
            Start(now);
        }
    }
}
