using IceSharp.Protocol;
using IceSharp.Protocol.Discovery;

namespace IceSharp.Internal.Network;

/// <summary>Runs <see cref="StaggeredAttempts"/> over the places of one server, or over servers: happy eyeballs for whatever connects.</summary>
internal static class StaggeredConnector
{
    /// <summary>Connects to the first place that answers; what else connects meanwhile is disposed of.</summary>
    /// <typeparam name="TPlace">An address, or what else there is to connect to; its text goes into messages.</typeparam>
    /// <typeparam name="T">A connection.</typeparam>
    /// <param name="places">The places in the order to try, at least one.</param>
    /// <param name="connect">Makes one attempt, on the thread pool or without blocking; its token is set when it is given up.</param>
    /// <param name="settings">The times.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives all attempts up.</param>
    /// <exception cref="AggregateException">Every attempt failed; one inner exception an attempt, <see cref="TimeoutException"/> for those that ran out of time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public static async Task<T> ConnectAsync<TPlace, T>(
        IReadOnlyList<TPlace> places,
        Func<TPlace, CancellationToken, Task<T>> connect,
        StaggeredAttemptSettings settings,
        TimeProvider time,
        CancellationToken cancellationToken)
        where T : class, IAsyncDisposable
    {
        var attempts = new StaggeredAttempts(places.Count, settings);
        var running = new List<Attempt<T>>();
        var failures = new List<Exception>();
        long start = time.GetTimestamp();
        attempts.Start(Now());
        try
        {
            while (true)
            {
                while (attempts.TryGetStep(out AttemptStep step))
                {
                    Do(step);
                }

                if (attempts.State == StaggeredAttemptsState.Failed)
                {
                    throw new AggregateException($"None of the {places.Count} places could be connected to.", failures);
                }

                Attempt<T>? ended = await NextAsync(running, attempts.NextTimeout.At, Now(), time, cancellationToken).ConfigureAwait(false);
                if (ended is null)
                {
                    attempts.HandleTimeout(Now());
                }
                else if (ended.Work.IsCompletedSuccessfully)
                {
                    // What stands first in the list has not been given up, so it wins.
                    attempts.HandleSucceeded(Now(), ended.Index);
                    running.Remove(ended);
                    ended.GivenUp.Dispose();
                    return await ended.Work.ConfigureAwait(false);
                }
                else
                {
                    attempts.HandleFailed(Now(), ended.Index);
                    failures.Add(ended.Work.Exception?.InnerException ?? new OperationCanceledException());
                    running.Remove(ended);
                    ended.GivenUp.Dispose();
                }
            }
        }
        finally
        {
            running.ForEach(a => _ = DisposeOfAsync(a));
        }

        MonotonicTime Now() => new(time.GetElapsedTime(start).Ticks);

        void Do(AttemptStep step)
        {
            if (step.Action == AttemptAction.Begin)
            {
                var givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                running.Add(new Attempt<T>(step.Index, givenUp, AttemptAsync(connect, places[step.Index], givenUp.Token)));
            }
            else if (running.Find(a => a.Index == step.Index) is { } attempt)
            {
                failures.Add(new TimeoutException($"{places[step.Index]} did not answer within {settings.AttemptTimeout.TotalSeconds} s."));
                running.Remove(attempt);
                _ = DisposeOfAsync(attempt);
            }
        }
    }

    /// <summary>Waits for an attempt to end; null when the deadline came first.</summary>
    private static async Task<Attempt<T>?> NextAsync<T>(
        List<Attempt<T>> running, MonotonicTime deadline, MonotonicTime now, TimeProvider time, CancellationToken cancellationToken)
        where T : class, IAsyncDisposable
    {
        // Timers count in milliseconds: rounded down, the wait would end before the deadline.
        TimeSpan left = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((deadline - now).TotalMilliseconds)));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task delay = Task.Delay(left, time, over.Token);
        await Task.WhenAny([.. running.Select(a => (Task)a.Work), delay]).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return running.Find(a => a.Work.IsCompleted);
    }

    // What throws before its first await fails like what throws later.
    private static async Task<T> AttemptAsync<TPlace, T>(Func<TPlace, CancellationToken, Task<T>> connect, TPlace address, CancellationToken givenUp) =>
        await connect(address, givenUp).ConfigureAwait(false);

    // Nobody waits for it, but what it connects after all is closed.
    private static async Task DisposeOfAsync<T>(Attempt<T> attempt)
        where T : class, IAsyncDisposable
    {
        try
        {
            await attempt.GivenUp.CancelAsync().ConfigureAwait(false);
            await using T late = await attempt.Work.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It was given up: how it ends is of no interest.
        }
        finally
        {
            attempt.GivenUp.Dispose();
        }
    }

    private sealed record Attempt<T>(int Index, CancellationTokenSource GivenUp, Task<T> Work);
}
