namespace IceSharp.Protocol.Nat;

/// <summary>The order of the test series: one after the other, and nothing goes to the server's other address before filtering is known.</summary>
internal sealed class NatProbeScript(NatNotebook notebook)
{
    private readonly NatSocket _first = new();

    public IEnumerator<NatStep> Run()
    {
        foreach (Func<IEnumerator<NatStep>> series in new Func<IEnumerator<NatStep>>[]
        {
            new ServerSurvey(notebook, _first).Run,
            new FilteringSeries(notebook, _first).Run,
            new MappingSeries(notebook, _first).Run,
            new HairpinSeries(notebook).Run,
            new FragmentSeries(notebook, _first).Run,
            new LifetimeSeries(notebook).Run,
        })
        {
            IEnumerator<NatStep> steps = series();
            while (steps.MoveNext())
            {
                yield return steps.Current;
            }

            if (notebook.Outcome != NatProbeOutcome.Completed)
            {
                yield break;
            }
        }
    }
}
