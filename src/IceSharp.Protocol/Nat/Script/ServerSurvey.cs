namespace IceSharp.Protocol.Nat;

/// <summary>Test I to one server after the other, until one has a second address (RFC 5780 §4.2).</summary>
internal sealed class ServerSurvey(NatNotebook notebook, NatSocket socket)
{
    public IEnumerator<NatStep> Run()
    {
        yield return new OpenStep(socket);
        foreach (TransportAddress server in notebook.Settings.Servers)
        {
            yield return new AskStep(NatTest.I, socket, server);
            if (notebook.Last.Outcome != NatTestOutcome.Received)
            {
                continue;
            }

            if (HasSecondAddress(notebook.Last))
            {
                notebook.First = notebook.Last;
                notebook.Other = notebook.Last.OtherAddress;
                yield break;
            }

            notebook.PlainAnswers.Add(notebook.Last);
        }

        notebook.First = notebook.PlainAnswers.FirstOrDefault();
        if (notebook.First is null)
        {
            GiveUp();
        }
    }

    // The tests need another address and another port; half of it is no second address.
    private static bool HasSecondAddress(NatTestRecord record) =>
        record.OtherAddress is { } other && other.Family == record.Destination.Family && other.Port != 0 && !other.Address.IsUnspecified
        && other.Address != record.Destination.Address && other.Port != record.Destination.Port;

    private void GiveUp()
    {
        bool silent = notebook.Records.TrueForAll(r => r.Outcome is NatTestOutcome.NoResponse or NatTestOutcome.Unreachable);
        notebook.Outcome = silent ? NatProbeOutcome.NoConnectivity : NatProbeOutcome.ServerFailed;
        notebook.Mapping = notebook.Wants(NatProbeTests.Mapping) ? silent ? NatMappingType.NoConnectivity : NatMappingType.Undetermined : NatMappingType.NotTested;
        notebook.Filtering = notebook.Wants(NatProbeTests.Filtering) ? silent ? NatFilteringType.NoConnectivity : NatFilteringType.Undetermined : NatFilteringType.NotTested;
        notebook.Hairpinning = notebook.Wants(NatProbeTests.Hairpinning) ? NatObservation.NotTestable : NatObservation.NotTested;
        notebook.Fragments = notebook.Wants(NatProbeTests.Fragments) ? NatFragmentHandling.NotTestable : NatFragmentHandling.NotTested;
        notebook.Lifetime = notebook.Wants(NatProbeTests.BindingLifetime) ? NatObservation.NotTestable : NatObservation.NotTested;
    }
}
