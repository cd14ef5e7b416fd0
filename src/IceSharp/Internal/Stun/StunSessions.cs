using IceSharp.Protocol.Stun.Client;

namespace IceSharp.Internal.Stun;

/// <summary>The open sessions of a client, one for each place, bounded. Thread safe.</summary>
internal sealed class StunSessions(StunClientOptions options, StunClientSettings settings) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly StunLinks _links = new(options);
    private readonly SharedRtoCache _rtos = new();
    private readonly long _origin = options.TimeProvider.GetTimestamp();

    // In the order of their last use.
    private readonly List<(StunPlace Place, StunSession Session)> _open = [];
    private readonly Dictionary<StunPlace, (SemaphoreSlim Gate, int Users)> _opening = [];
    private readonly CancellationTokenSource _closing = new();
    private bool _isClosed;

    /// <summary>Whether a request to this place would find a connection.</summary>
    public bool IsOpen(StunPlace place)
    {
        lock (_gate)
        {
            return _open.Exists(o => o.Place == place && o.Session.IsAlive);
        }
    }

    /// <summary>Gets the session of a place, opening its link if there is none: once, however many ask.</summary>
    /// <exception cref="StunException">There is no connection, or the client was disposed of.</exception>
    public async Task<StunSession> GetAsync(StunPlace place, CancellationToken cancellationToken)
    {
        if (TryGet(place) is { } open)
        {
            return open;
        }

        SemaphoreSlim turn = Join(place);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await turn.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                return TryGet(place) ?? await OpenAsync(place, either.Token).ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw Closed();
        }
        finally
        {
            Leave(place);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<StunSession> sessions;
        lock (_gate)
        {
            _isClosed = true;
            sessions = [.. _open.Select(o => o.Session)];
            _open.Clear();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(sessions.Select(s => s.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private async Task<StunSession> OpenAsync(StunPlace place, CancellationToken cancellationToken)
    {
        StunLink link = await _links.OpenAsync(place, cancellationToken).ConfigureAwait(false);
        StunSession? evicted = null;
        StunSession? session = null;
        lock (_gate)
        {
            if (!_isClosed)
            {
                session = new StunSession(place, link, settings, options.MessageTimeout, _rtos, options.TimeProvider, _origin);
                _open.RemoveAll(o => !o.Session.IsAlive);
                if (_open.Count >= options.MaxConnections)
                {
                    evicted = _open[0].Session;
                    _open.RemoveAt(0);
                }

                _open.Add((place, session));
            }
        }

        if (session is null)
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw Closed();
        }

        _ = evicted?.DisposeAsync().AsTask();
        return session;
    }

    private StunSession? TryGet(StunPlace place)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw Closed();
            }

            int index = _open.FindLastIndex(o => o.Place == place && o.Session.IsAlive);
            if (index < 0)
            {
                return null;
            }

            (StunPlace Place, StunSession Session) found = _open[index];
            _open.RemoveAt(index);
            _open.Add(found);
            return found.Session;
        }
    }

    private SemaphoreSlim Join(StunPlace place)
    {
        lock (_gate)
        {
            (SemaphoreSlim Gate, int Users) entry = _opening.TryGetValue(place, out (SemaphoreSlim Gate, int Users) known) ? known : (new SemaphoreSlim(1), 0);
            _opening[place] = entry with { Users = entry.Users + 1 };
            return entry.Gate;
        }
    }

    private void Leave(StunPlace place)
    {
        lock (_gate)
        {
            (SemaphoreSlim gate, int users) = _opening[place];
            if (users > 1)
            {
                _opening[place] = (gate, users - 1);
            }
            else
            {
                _opening.Remove(place);
                gate.Dispose();
            }
        }
    }

    private static StunException Closed() => new(IceError.ClientClosed, "The client was disposed of.");
}
