namespace IceSharp.Protocol.Nat;

/// <summary>One request with PADDING as long as the MTU, answered in kind (RFC 5780 §3.5, §7.6).</summary>
internal sealed class FragmentSeries(NatNotebook notebook, NatSocket first)
{
    public IEnumerator<NatStep> Run()
    {
        if (!notebook.Wants(NatProbeTests.Fragments))
        {
            yield break;
        }

        int padding = (notebook.Settings.MtuBytes + 3) & ~3;
        yield return new AskStep(NatTest.Fragments, first, notebook.Server) { PaddingBytes = padding };
        NatTestRecord seen = notebook.Last;
        notebook.Fragments = seen.Outcome switch
        {
            NatTestOutcome.Received when seen.ResponsePaddingBytes >= padding => NatFragmentHandling.PassBothWays,
            NatTestOutcome.Received => NatFragmentHandling.PassOutwards,
            NatTestOutcome.NoResponse => NatFragmentHandling.Lost,
            NatTestOutcome.NotSupported => NatFragmentHandling.NotTestable,
            _ => NatFragmentHandling.Undetermined,
        };
    }
}
