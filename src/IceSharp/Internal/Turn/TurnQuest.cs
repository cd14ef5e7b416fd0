using IceSharp.Internal.Stun;

namespace IceSharp.Internal.Turn;

/// <summary>What one call of the application has tried so far. Thread safe.</summary>
internal sealed class TurnQuest
{
    private readonly Lock _gate = new();
    private readonly List<StunAttempt> _attempts = [];

    public IceReport Report
    {
        get
        {
            lock (_gate)
            {
                return IceReport.Empty with { Attempts = [.. _attempts] };
            }
        }
    }

    public void Note(StunPlace place, string outcome) => Note(new StunAttempt(place.Transport, place.EndPoint, outcome));

    public void Note(StunAttempt attempt)
    {
        lock (_gate)
        {
            _attempts.Add(attempt);
        }
    }
}
