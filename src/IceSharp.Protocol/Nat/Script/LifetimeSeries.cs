namespace IceSharp.Protocol.Nat;

/// <summary>Binary search for the lifetime of an idle mapping with two sockets (RFC 5780 §4.6): the mapping is X's, the question comes from Y.</summary>
internal sealed class LifetimeSeries(NatNotebook notebook)
{
    public IEnumerator<NatStep> Run()
    {
        if (!notebook.Wants(NatProbeTests.BindingLifetime))
        {
            yield break;
        }

        NatSocket x = new(), y = new();
        yield return new OpenStep(x);
        yield return new OpenStep(y);
        TimeSpan alive = TimeSpan.Zero, idle = TimeSpan.Zero, resolution = notebook.Settings.LifetimeResolution;
        TimeSpan? gone = null;
        bool works = false;
        while (!works || (gone ?? notebook.Settings.LongestLifetime) - alive > resolution)
        {
            // Each wait begins with a request from X (RFC 5780 §4.6), which also tells its port: the mapping may be a new one.
            yield return new AskStep(NatTest.LifetimeRefresh, x, notebook.Server);
            if (notebook.Last.MappedAddress is not { } mapped)
            {
                notebook.Lifetime = NatObservation.Undetermined;
                break;
            }

            if (idle > TimeSpan.Zero)
            {
                yield return new IdleStep(idle);
            }

            yield return new AskStep(NatTest.LifetimeProbe, y, notebook.Server) { ResponsePort = mapped.Port, IdleTime = idle, OtherSocket = x };
            NatTestOutcome outcome = notebook.Last.Outcome;
            bool isAlive = outcome == NatTestOutcome.Received && notebook.Last.ReceivedOn == x.LocalAddress;
            if (outcome is not (NatTestOutcome.Received or NatTestOutcome.NoResponse) || (!works && !isAlive))
            {
                // Without any idle time the mapping lives: if the answer does not come in through it, this server or NAT cannot be tested so.
                notebook.Lifetime = works ? NatObservation.Undetermined : NatObservation.NotTestable;
                break;
            }

            works = true;
            (alive, gone) = isAlive ? (idle, gone) : (alive, idle);
            idle = alive + (((gone ?? notebook.Settings.LongestLifetime) - alive) / 2);
            notebook.Lifetime = NatObservation.Yes;
        }

        if (works)
        {
            notebook.LifetimeAtLeast = alive;
            notebook.LifetimeLessThan = gone;
        }
    }
}
