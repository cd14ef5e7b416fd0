namespace IceSharp.Protocol.Nat;

/// <summary>Sends to one's own mapped address from another socket (RFC 5780 §3.4).</summary>
/// <remarks>
/// RFC 5780 §3.4 sends one way. We then send the other way too: the first request has opened the sender's own filter for the answer, so that
/// a NAT that hairpins and filters by address and port is not taken for one that does not hairpin.
/// </remarks>
internal sealed class HairpinSeries(NatNotebook notebook)
{
    public IEnumerator<NatStep> Run()
    {
        if (!notebook.Wants(NatProbeTests.Hairpinning))
        {
            yield break;
        }

        if (notebook.HasNoNat)
        {
            notebook.Hairpinning = NatObservation.NotTestable;
            yield break;
        }

        notebook.Hairpinning = NatObservation.Undetermined;
        NatSocket a = new(), b = new();
        yield return new OpenStep(a);
        yield return new AskStep(NatTest.I, a, notebook.Server);
        if (notebook.Last.MappedAddress is not { } mappedA)
        {
            yield break;
        }

        yield return new OpenStep(b);
        yield return new AskStep(NatTest.I, b, notebook.Server);
        if (notebook.Last.MappedAddress is not { } mappedB)
        {
            yield break;
        }

        yield return new AskStep(NatTest.Hairpin, b, mappedA) { OtherSocket = a };
        if (notebook.Last.Outcome != NatTestOutcome.Received)
        {
            yield return new AskStep(NatTest.Hairpin, a, mappedB) { OtherSocket = b };
        }

        notebook.Hairpinning = notebook.Last.Outcome == NatTestOutcome.Received ? NatObservation.Yes : NatObservation.No;
    }
}
