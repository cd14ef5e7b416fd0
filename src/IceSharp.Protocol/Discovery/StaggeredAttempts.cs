using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Discovery;

/// <summary>Happy eyeballs (RFC 8305 §5): attempts that begin one after the other without waiting for each other; the first success wins and the others are given up.</summary>
/// <remarks>
/// What an attempt is does not matter here: a TCP connection, a TLS handshake, an Allocate request. After each batch of inputs poll
/// <see cref="TryGetStep"/> until it returns false, then read <see cref="State"/> and <see cref="NextTimeout"/>. Not thread safe.
/// </remarks>
/// <example><code>
/// IReadOnlyList&lt;IpAddress&gt; addresses = AddressOrder.Interleave(target.Addresses);
/// var attempts = new StaggeredAttempts(addresses.Count, new StaggeredAttemptSettings());
/// attempts.Start(now);
/// while (attempts.TryGetStep(out AttemptStep step)) { /* connect to addresses[step.Index], or give it up */ }
/// </code></example>
[Experimental("ICE0001")]
public sealed class StaggeredAttempts
{
    private readonly StaggeredAttemptSettings _settings;
    private readonly MonotonicTime[] _deadlines;
    private readonly Queue<AttemptStep> _steps = new();
    private MonotonicTime _nextBegin = MonotonicTime.Never;
    private int _begun;

    /// <summary>Creates attempts that have not begun.</summary>
    /// <param name="count">How many, 1 to 256.</param>
    /// <param name="settings">Their times.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> or a setting lies outside its range.</exception>
    public StaggeredAttempts(int count, StaggeredAttemptSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 256);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        _settings = settings;
        _deadlines = new MonotonicTime[count];
        Array.Fill(_deadlines, MonotonicTime.Never);
    }

    /// <summary>How far they have come.</summary>
    public StaggeredAttemptsState State { get; private set; }

    /// <summary>The attempt that succeeded; -1 while there is none.</summary>
    public int Winner { get; private set; } = -1;

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called.</summary>
    public Deadline NextTimeout
    {
        get
        {
            MonotonicTime at = _nextBegin;
            foreach (MonotonicTime deadline in _deadlines)
            {
                at = MonotonicTime.Min(at, deadline);
            }

            return at.IsNever ? Deadline.Never : new Deadline(at, TimerReason.ConnectionAttempt);
        }
    }

    /// <summary>Begins the first attempt. Does nothing when called again.</summary>
    /// <param name="now">The current time.</param>
    public void Start(MonotonicTime now)
    {
        if (State == StaggeredAttemptsState.Idle)
        {
            MoveTo(StaggeredAttemptsState.Running);
            BeginNext(now);
        }
    }

    /// <summary>Takes an attempt's success.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="index">The attempt.</param>
    /// <returns>Whether it has won. If not, it came too late and the caller closes what it has got.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no attempt <paramref name="index"/>.</exception>
    public bool HandleSucceeded(MonotonicTime now, int index)
    {
        if (!IsRunning(index))
        {
            return false;
        }

        _deadlines[index] = MonotonicTime.Never;
        Winner = index;
        End(StaggeredAttemptsState.Succeeded);
        return true;
    }

    /// <summary>Takes an attempt's failure: the next one begins at once. One that was given up already has no effect.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="index">The attempt.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no attempt <paramref name="index"/>.</exception>
    public void HandleFailed(MonotonicTime now, int index)
    {
        if (IsRunning(index))
        {
            _deadlines[index] = MonotonicTime.Never;
            GoOn(now);
        }
    }

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    /// <param name="now">The current time.</param>
    public void HandleTimeout(MonotonicTime now)
    {
        bool timedOut = false;
        for (int i = 0; i < _begun; i++)
        {
            if (now >= _deadlines[i])
            {
                _deadlines[i] = MonotonicTime.Never;
                _steps.Enqueue(new AttemptStep(i, AttemptAction.TimeOut));
                timedOut = true;
            }
        }

        if (timedOut || now >= _nextBegin)
        {
            GoOn(now);
        }
    }

    /// <summary>Gives all attempts up.</summary>
    public void Cancel()
    {
        if (State is StaggeredAttemptsState.Idle or StaggeredAttemptsState.Running)
        {
            End(StaggeredAttemptsState.Failed);
        }
    }

    /// <summary>Gets the next thing to do.</summary>
    /// <param name="step">What to do.</param>
    /// <returns>False when there is nothing.</returns>
    public bool TryGetStep(out AttemptStep step) => _steps.TryDequeue(out step);

    private bool IsRunning(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _deadlines.Length);
        return !_deadlines[index].IsNever;
    }

    private void GoOn(MonotonicTime now)
    {
        if (_begun < _deadlines.Length)
        {
            BeginNext(now);
        }
        else if (Array.TrueForAll(_deadlines, d => d.IsNever))
        {
            End(StaggeredAttemptsState.Failed);
        }
    }

    // A late call begins one attempt, not all that would have been due: the network, not the host, decides how many it takes.
    private void BeginNext(MonotonicTime now)
    {
        _deadlines[_begun] = now + _settings.AttemptTimeout;
        _steps.Enqueue(new AttemptStep(_begun++, AttemptAction.Begin));
        _nextBegin = _begun < _deadlines.Length ? now + _settings.Delay : MonotonicTime.Never;
    }

    private void End(StaggeredAttemptsState end)
    {
        _nextBegin = MonotonicTime.Never;
        for (int i = 0; i < _begun; i++)
        {
            if (!_deadlines[i].IsNever)
            {
                _deadlines[i] = MonotonicTime.Never;
                _steps.Enqueue(new AttemptStep(i, AttemptAction.Cancel));
            }
        }

        MoveTo(end);
    }

    private void MoveTo(StaggeredAttemptsState next)
    {
        bool legal = (State, next) is (StaggeredAttemptsState.Idle, StaggeredAttemptsState.Running or StaggeredAttemptsState.Failed)
            or (StaggeredAttemptsState.Running, StaggeredAttemptsState.Succeeded or StaggeredAttemptsState.Failed);
        if (!legal)
        {
            throw new InvalidOperationException($"Staggered attempts do not move from {State} to {next}.");
        }

        State = next;
    }
}
