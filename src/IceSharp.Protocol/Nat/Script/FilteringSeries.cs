namespace IceSharp.Protocol.Nat;

/// <summary>Filtering tests II and III (RFC 5780 §4.4). The socket has sent to the server's first address only.</summary>
internal sealed class FilteringSeries(NatNotebook notebook, NatSocket socket)
{
    public IEnumerator<NatStep> Run()
    {
        if (!notebook.Wants(NatProbeTests.Filtering))
        {
            yield break;
        }

        if (notebook.Other is not { } other)
        {
            notebook.Filtering = NatFilteringType.NotSupportedByServer;
            yield break;
        }

        TransportAddress server = notebook.Server;
        yield return new AskStep(NatTest.FilteringII, socket, server) { ChangeIp = true, ChangePort = true, ExpectedSource = other };
        if (notebook.Last.Outcome != NatTestOutcome.NoResponse)
        {
            notebook.Filtering = Judge(NatFilteringType.EndpointIndependent);
            yield break;
        }

        yield return new AskStep(NatTest.FilteringIII, socket, server) { ChangePort = true, ExpectedSource = server with { Port = other.Port } };
        notebook.Filtering = notebook.Last.Outcome == NatTestOutcome.NoResponse
            ? NatFilteringType.AddressAndPortDependent
            : Judge(NatFilteringType.AddressDependent);
    }

    // An error came from where the test must not be answered from: it says something about the server, not about filters.
    private NatFilteringType Judge(NatFilteringType received) => notebook.Last.Outcome switch
    {
        NatTestOutcome.Received => received,
        NatTestOutcome.NotSupported => NatFilteringType.NotSupportedByServer,
        _ => NatFilteringType.Undetermined,
    };
}
