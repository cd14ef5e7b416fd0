using System.Runtime.CompilerServices;
using IceSharp.Internal.Diagnostics;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Streams;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using Microsoft.Extensions.Logging;

namespace IceSharp;

/// <summary>A full ICE agent (RFC 8445): finds a way to a peer through NATs and firewalls, and carries datagrams over it.</summary>
/// <remarks>
/// Thread safe. Work runs on a few threads that all agents of the process share; calls here post to them or read snapshots, and never block
/// on the network. Events are for watching: they come in order, on the thread pool, and nothing waits for their handlers.
/// <example><code>
/// await using var agent = new IceAgent(new IceAgentOptions { Servers = [IceServer.Stun("stun:stun.example.org")] });
/// Signal((await agent.GatherAllAsync(ct)).ToSdp());
/// agent.SetRemoteDescription(IceDescription.Parse(await AnswerAsync()));
/// IceConnection connection = await agent.ConnectAsync(ct);
/// await connection.SendAsync("hello"u8.ToArray(), ct);
/// </code></example>
/// </remarks>
public sealed class IceAgent : IAsyncDisposable
{
    private static int s_count;

    private readonly Lock _gate = new();
    private readonly NotificationQueue _notifications;
    private readonly AgentSession _session;
    private readonly IceAgentMachine _machine;
    private readonly AgentFlightRecorder _flight;
    private readonly Protocol.IRandomSource _random;
    private volatile AgentDriver? _driver;
    private LoopLease? _lease;
    private readonly HashSet<string> _mids = new(StringComparer.Ordinal);
    private int _streamCount;
    private IceDescription? _remote;
    private IceDescription? _handedOut;
    private Task? _disposal;

    /// <summary>Creates an agent. Nothing is opened or started before the first call that needs it.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    /// <exception cref="NotSupportedException">A server's URI asks for a transport that agents do not have yet.</exception>
    public IceAgent(IceAgentOptions? options = null)
    {
        Options = options ?? new IceAgentOptions();
        IceAgentMachineOptions machineOptions = Options.ToMachineOptions();
        Logger = Options.LoggerFactory.CreateLogger("IceSharp.IceAgent");
        _notifications = new NotificationQueue(Logger);
        _random = Options.RandomSource ?? new CryptoRandomSource();
        Protocol.IPacingGate gate = Options.SharePacing ? SharedPacingGate.For(Options.TimeProvider) : new Protocol.IntervalPacingGate();
        _flight = new AgentFlightRecorder(next: machineOptions.Journal);
        _machine = new IceAgentMachine(machineOptions with { Journal = _flight }, _random, gate);
        string name = $"ice-{Interlocked.Increment(ref s_count)}";
        _session = new AgentSession(name, Logger, CreateWatchers(), Options.TimeProvider, Options.Continuations)
        {
            Observation = new AgentObservation(AgentMetrics.For(Options.MeterFactory), Options.TimeProvider, name),
        };
    }

    /// <summary>The connection state has changed.</summary>
    public event EventHandler<IceStateChange>? StateChanged;

    /// <summary>Gathering has moved on.</summary>
    public event EventHandler<IceGatheringState>? GatheringStateChanged;

    /// <summary>A candidate pair has changed its state.</summary>
    public event EventHandler<IcePairChange>? PairStateChanged;

    /// <summary>A component sends its data another way.</summary>
    public event EventHandler<IceSelectedPairChange>? SelectedPairChanged;

    /// <summary>Local addresses have come or gone since gathering began. Those that came are used while gathering runs, afterwards with the next ICE restart; pairs of those that went have failed.</summary>
    public event EventHandler<IceLocalAddressChange>? LocalAddressesChanged;

    /// <summary>A component may not send on its pair any more (RFC 7675). An ICE restart finds another one.</summary>
    public event EventHandler<IceConsentLossNotice>? ConsentLost;

    /// <summary>An ICE restart would help: consent, relay or local address of a pair in use are lost, or new local addresses have come. Told once a session; <see cref="Restart()"/> is the answer.</summary>
    public event EventHandler<IceRestartSuggestion>? RestartSuggested;

    /// <summary>A stream has begun another ICE session. Where the peer began it, it waits for our new <see cref="LocalDescription"/>.</summary>
    public event EventHandler<IceRestart>? Restarted;

    /// <summary>A restarted stream has selected its pairs, and data has moved over to them.</summary>
    public event EventHandler<IceRestartReport>? RestartCompleted;

    /// <summary>A data stream is not used any more.</summary>
    public event EventHandler<IceStreamEndNotice>? StreamEnded;

    /// <summary>Another offer is due, because of what the checks came to.</summary>
    public event EventHandler<IceOfferNotice>? UpdatedOfferNeeded;

    /// <summary>The settings.</summary>
    public IceAgentOptions Options { get; }

    /// <summary>Name of the agent in the log: "ice-1".</summary>
    public string Name => _session.Name;

    /// <summary>The data streams, in order.</summary>
    public IReadOnlyList<IceDataStream> DataStreams => _session.Streams;

    /// <summary>The connection state now.</summary>
    public IceConnectionState State => _session.State;

    /// <summary>How far gathering is now.</summary>
    public IceGatheringState GatheringState => _session.GatheringState;

    /// <summary>The role now.</summary>
    public IceRole Role => _session.Role;

    /// <summary>What was tried until now: each local address and server, each candidate pair.</summary>
    public IceReport Report => _session.Report();

    /// <summary>Describes this agent for the peer as it stands: credentials, and the candidates found so far. With trickle ICE it is sent before gathering.</summary>
    /// <remarks>An agent with undecided role that describes itself before it knows the peer becomes the controlling one.</remarks>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public IceDescription LocalDescription
    {
        get
        {
            lock (_gate)
            {
                ThrowIfDisposed();
                if (_driver is null)
                {
                    EnsureStream();
                    return HandOut(_session.Description = _machine.CreateLocalDescription());
                }
            }

            return HandOut(_session.Description ?? DescribeOnLoop());
        }
    }

    internal ILogger Logger { get; }

    /// <summary>Adds a data stream. Without one, an agent gets a stream "0" with one component when it starts.</summary>
    /// <param name="mid">Identification of the stream: 1 to 32 token characters, unique in the agent.</param>
    /// <param name="rtcp">Whether RTCP gets a component of its own: 2 components instead of 1.</param>
    /// <param name="media">What its m= line says; null is <see cref="SdpMedia.Audio"/>.</param>
    /// <remarks>A stream that is added to a running agent gets candidates of its own, and its place behind the others in all later descriptions.</remarks>
    /// <exception cref="ArgumentException"><paramref name="mid"/> is malformed or taken.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public IceDataStream AddDataStream(string mid, bool rtcp = false, SdpMedia? media = null) => AddDataStream(mid, rtcp ? 2 : 1, media);

    /// <summary>Adds a data stream with any number of components.</summary>
    /// <param name="mid">Identification of the stream: 1 to 32 token characters, unique in the agent.</param>
    /// <param name="componentCount">1 to 256.</param>
    /// <param name="media">What its m= line says; null is <see cref="SdpMedia.Audio"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="mid"/> is malformed or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="componentCount"/> lies outside its range.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public IceDataStream AddDataStream(string mid, int componentCount, SdpMedia? media = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(mid);
        ArgumentOutOfRangeException.ThrowIfLessThan(componentCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(componentCount, 256);
        lock (_gate)
        {
            ThrowIfDisposed();
            return _driver is { } running
                ? AddToRunning(running, mid, componentCount, media ?? SdpMedia.Audio)
                : Add(mid, componentCount, media ?? SdpMedia.Audio);
        }
    }

    /// <summary>Gathers all local candidates, waits for the servers' answers, and describes this agent for the peer.</summary>
    /// <param name="cancellationToken">Gives up waiting; gathering goes on.</param>
    /// <exception cref="IceException">No candidate was found (<see cref="IceError.NoCandidates"/>), or the agent was closed. Servers that do not answer are no error: <see cref="Report"/> names them.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public async Task<IceDescription> GatherAllAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AgentDriver driver = EnsureGathering();
        await _session.Gathered.WaitAsync(cancellationToken).ConfigureAwait(false);
        return HandOut(await DescribeAsync(driver).WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Describes this agent for an offer in a running session: completed streams show their nominated pairs only, and name the peer's side of them (RFC 8839 §4.4.1.2).</summary>
    /// <param name="cancellationToken">Gives up waiting for the loop.</param>
    /// <exception cref="IceException">The agent was closed before the answer.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public async Task<IceDescription> CreateOfferAsync(CancellationToken cancellationToken = default)
    {
        AgentDriver driver = EnsureStarted();
        return HandOut(await driver.InvokeAsync(_ => driver.Machine.CreateLocalDescription(IceDescriptionKind.Offer)).WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Describes this agent for an answer in a running session. Waits a moment where the offer names pairs that are still being checked here (RFC 8839 §4.4.2).</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="IceException">The agent was closed before the answer.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public async Task<IceDescription> CreateAnswerAsync(CancellationToken cancellationToken = default)
    {
        AgentDriver driver = EnsureStarted();
        Task<IceDescription> answer = await driver.InvokeAsync(_ => _session.AnswerWhenReady(driver.Machine)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return HandOut(await answer.WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes a data stream out of use: its connections close, its sockets and allocations are given back, and later descriptions show it with port 0. For BUNDLE, and for media that are switched off.</summary>
    /// <param name="stream">A stream of this agent.</param>
    /// <exception cref="ArgumentException">The stream belongs to another agent.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public void RemoveDataStream(IceDataStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.BelongsTo(this))
        {
            throw new ArgumentException($"Stream '{stream.Mid}' belongs to another agent.", nameof(stream));
        }

        AgentDriver driver = EnsureStarted();
        driver.Post(now => driver.Machine.RemoveDataStream(now, stream.Index));
    }

    /// <summary>Gathers local candidates and gives out each as it is found; the sequence ends with gathering. Every enumeration has them all.</summary>
    /// <param name="cancellationToken">Gives up waiting; gathering goes on.</param>
    /// <exception cref="IceException">No candidate was found, or the agent was closed.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public async IAsyncEnumerable<IceCandidate> GatherAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        EnsureGathering();
        await foreach (IceCandidate candidate in _session.Candidates.Subscribe().ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return candidate;
        }
    }

    /// <summary>Takes the peer's description; checks start as soon as pairs can be formed. Streams that it rejects or does not use ICE for are closed.</summary>
    /// <param name="description">Offer or answer, with as many streams as this agent has.</param>
    /// <param name="kind">Whether it is an offer or an answer; of the first description the agent knows by itself. An explicit answer with other credentials, when no restart of this agent is open, is that of another branch of a forked offer: the session moves to that peer, with the same candidates, and the one before is let go when a pair is nominated.</param>
    /// <exception cref="ArgumentException">The number of streams differs, no stream has ICE credentials, some are outside their grammar (<see cref="IceDescription.ThrowIfUnusable"/>), or it changes what only an ICE restart may (<see cref="IceDescription.ThrowIfNotUpdateOf"/>).</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public void SetRemoteDescription(IceDescription description, IceDescriptionKind kind = IceDescriptionKind.Unknown)
    {
        ArgumentNullException.ThrowIfNull(description);
        AgentDriver driver = EnsureStarted();
        bool restarts;
        lock (_gate)
        {
            restarts = CheckRemote(description, kind);
            _remote = description;
        }

        if (restarts)
        {
            // Whoever gathers for the answer next must not find the gathering of before.
            OnLoop((running, now) =>
            {
                running.Machine.SetRemoteDescription(now, description, kind);
                _session.SyncGathering(running.Machine);
                return _session.Description = running.Machine.CreateLocalDescription();
            });
            return;
        }

        driver.Post(now => driver.Machine.SetRemoteDescription(now, description, kind));
    }

    /// <summary>Takes candidates that the peer trickles in the body of <c>application/trickle-ice-sdpfrag</c> (RFC 8840), as SIP INFO and WHIP carry it.</summary>
    /// <remarks>Each fragment repeats the ones before; repeats and fragments of other generations change nothing. One that comes before the peer's description is kept.</remarks>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public void AddRemoteFragment(IceFragment fragment)
    {
        ArgumentNullException.ThrowIfNull(fragment);
        AgentDriver driver = EnsureStarted();
        driver.Post(now => driver.Machine.AddRemoteFragment(now, fragment));
    }

    /// <summary>Waits until a valid pair carries data for component 1 of the first stream.</summary>
    /// <param name="cancellationToken">Gives up waiting; the agent goes on.</param>
    /// <exception cref="IceException">No pair works, or the agent was closed; the message names each server and pair that was tried.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public async Task<IceConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        EnsureStarted();
        return await _session.Streams[0].Rtp.ConnectAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins an ICE restart of all streams (RFC 8445 §9): for a new network, after consent was lost, or to find better pairs. Connections live through it: the pairs in use carry data until new ones are selected.</summary>
    /// <remarks>
    /// Credentials are fresh at once; candidates that need a server follow: trickle them (<see cref="GatherAsync"/>), or send <see cref="GatherAllAsync"/> instead.
    /// The peer's answer goes to <see cref="SetRemoteDescription"/>; until then nothing has changed, and <see cref="RollbackRestart()"/> takes it back.
    /// A restart of the peer needs no call: new credentials in its description are one, and <see cref="LocalDescription"/> is the answer. Both may restart at once.
    /// </remarks>
    /// <returns>The description for the peer.</returns>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public IceDescription Restart() => Restart(null);

    /// <summary>Takes back a restart that the peer has not answered: <see cref="LocalDescription"/> shows the session in force again.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public bool RollbackRestart() => RollbackRestart(null);

    /// <summary>Closes the agent: pending calls end with <see cref="IceError.AgentClosed"/> at once, TURN allocations are released, sockets are closed.</summary>
    /// <remarks>Takes at most <see cref="IceAgentOptions.CloseTimeout"/> and a little; never waits for code of the application. Calling it again waits for the same end.</remarks>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= CloseAsync();
            return new ValueTask(_disposal);
        }
    }

    /// <summary>Number of datagrams so far that had no effect for one reason: stray, malformed, wrongly keyed and the like.</summary>
    /// <remarks>Counts what arrived on the agent's sockets; what the application was too slow for is in <see cref="IceConnection.Statistics"/>. Stays readable after disposal.</remarks>
    /// <param name="reason">The reason; <see cref="DropReason.None"/> is never counted.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such reason.</exception>
    public long GetDropCount(DropReason reason) => _session.Drops.Get(reason);

    /// <summary>Statistics of all candidates and pairs at one moment: checks, answers, round trips, bytes (after the W3C's webrtc-stats).</summary>
    /// <remarks>Costs an allocation a pair, when asked and only then.</remarks>
    /// <param name="cancellationToken">Gives up waiting for the loop.</param>
    /// <exception cref="IceException">The agent was closed before the answer.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public Task<IceAgentStatistics> GetStatisticsAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_driver is null)
            {
                return Task.FromResult(_machine.GetStatistics(Protocol.MonotonicTime.Zero));
            }
        }

        AgentDriver driver = _driver;
        return driver.InvokeAsync(now => _session.Complete(driver.Machine.GetStatistics(now))).WaitAsync(cancellationToken);
    }

    /// <summary>The name of the agent.</summary>
    public override string ToString() => Name;

    internal IReadOnlyList<IceCandidatePairInfo> GetPairs(int stream) => _session.Pairs(stream);

    internal void AddRemoteCandidate(IceDataStream stream, IceCandidate candidate)
    {
        AgentDriver driver = EnsureStarted();
        driver.Post(now => driver.Machine.AddRemoteCandidate(now, stream.Index, candidate));
    }

    internal void UseRtcpMux(IceDataStream stream)
    {
        AgentDriver driver = EnsureStarted();
        driver.Post(now => driver.Machine.UseRtcpMux(now, stream.Index));
    }

    internal void EndRemoteCandidates(IceDataStream stream, string? ufrag)
    {
        AgentDriver driver = EnsureStarted();
        driver.Post(now => driver.Machine.EndRemoteCandidates(now, stream.Index, ufrag));
    }

    internal AgentDriver EnsureGathering()
    {
        AgentDriver driver = EnsureStarted();
        if (_session.GatheringState == IceGatheringState.New)
        {
            driver.Post(driver.Machine.StartGathering);
        }

        return driver;
    }

    // All that the machine would refuse, so that the caller hears of it here and not the log from the loop.
    private bool CheckRemote(IceDescription description, IceDescriptionKind kind)
    {
        description.ThrowIfUnusable(_streamCount, kind);
        if (_remote is not { } known)
        {
            return false;
        }

        description.ThrowIfNotUpdateOf(known);
        return known.Streams.Zip(description.Streams).Any(s => s.First.SupportsIce && s.Second.SupportsIce && (s.First.Ufrag != s.Second.Ufrag || s.First.Password != s.Second.Password));
    }

    private AgentDriver EnsureStarted()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_driver is { } running)
            {
                return running;
            }

            EnsureStream();
            return _driver = Start();
        }
    }

    private AgentDriver Start()
    {
        IceAgentOptions options = Options;
        _lease = LoopGroup.Acquire(options.TimeProvider, options.LoopExecutor, options.UsePortableSockets);
        IIceNetwork network = options.Network ?? new SystemNetwork(options.UsePortableSockets, options.SocketReceiveBufferBytes, options.SocketSendBufferBytes);
        INameResolver resolver = options.NameResolver ?? (options.Network is null ? new SystemNameResolver() : new NetworkNameResolver(network));
        var driver = new AgentDriver(_session, _machine, _lease.Loop, network, resolver, new StreamSecurity(options.Tls, options.Proxy), options.InterfaceCost, _random);
        foreach (IceConnection connection in _session.Connections)
        {
            Attach(driver, connection);
        }

        _session.Observation?.Started(_session);
        Log.AgentStarted(Logger, Name, _session.Streams.Count, options.Servers.Count);
        return driver;
    }

    private static void Attach(AgentDriver driver, IceConnection connection)
    {
        IceComponent component = connection.Component;
        connection.Attach(driver.Loop.Clock, work => driver.Post(_ => work()), dscp => driver.Mark(component.Stream.Index, component.Id, dscp));
    }

    private void EnsureStream()
    {
        if (_session.Streams.Count == 0)
        {
            Add("0", 1, SdpMedia.Audio);
        }
    }

    private IceDataStream Add(string mid, int componentCount, SdpMedia media)
    {
        int index = _machine.AddDataStream(mid, componentCount, media);
        _mids.Add(mid);
        var stream = new IceDataStream(this, index, mid, componentCount, media);
        _session.Add(stream);
        _streamCount++;
        if (_session.Description is not null)
        {
            _session.Description = _machine.CreateLocalDescription();
        }

        return stream;
    }

    // What the machine would refuse on the loop is refused here, in the caller's face.
    private IceDataStream AddToRunning(AgentDriver driver, string mid, int componentCount, SdpMedia media)
    {
        if (!IceStreamDescription.IsUsableMid(mid) || !_mids.Add(mid))
        {
            throw new ArgumentException($"'{mid}' is not a token of at most 32 characters, or names another stream of this agent.", nameof(mid));
        }

        var stream = new IceDataStream(this, _streamCount++, mid, componentCount, media);
        driver.Post(now =>
        {
            driver.Machine.AddDataStream(mid, componentCount, media);
            _session.Add(stream);
            foreach (IceComponent component in stream.Components)
            {
                Attach(driver, component.Connection);
            }

            if (_session.GatheringState != IceGatheringState.New)
            {
                driver.Machine.StartGathering(now);
            }
        });
        return stream;
    }

    // The peer counts versions from one description that it gets to the next, whatever was made in between.
    private IceDescription HandOut(IceDescription description)
    {
        lock (_gate)
        {
            return _handedOut = _handedOut is null ? description : description.AsUpdateOf(_handedOut);
        }
    }

    // Rare: started without being described, and asked for it now. The loop answers in microseconds.
    private IceDescription DescribeOnLoop() => OnLoop((driver, _) => _session.Description = driver.Machine.CreateLocalDescription());

    private T OnLoop<T>(Func<AgentDriver, MonotonicTime, T> work)
    {
        AgentDriver driver = EnsureStarted();
        if (driver.Loop.IsCurrent)
        {
            return work(driver, driver.Loop.Now);
        }

        Task<T> done = driver.InvokeAsync(now => work(driver, now));
        if (Options.LoopExecutor is not null)
        {
            // The executor may be waiting for this very thread to go on.
            driver.Loop.RunTurn();
        }

        return done.GetAwaiter().GetResult();
    }

    /// <summary>The last 256 things that happened inside, oldest first, a line each: what kind of datagram came from where, what was decided and why. No secrets, no payload.</summary>
    /// <exception cref="IceException">The agent was closed.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public Task<string> GetTimelineAsync()
    {
        ThrowIfDisposed();
        return _driver is { } driver ? driver.InvokeAsync(_ => _flight.ToString()) : Task.FromResult(string.Empty);
    }

    private Task<IceDescription> DescribeAsync(AgentDriver driver) =>
        driver.InvokeAsync(_ => _session.Description = driver.Machine.CreateLocalDescription());

    internal IceDescription Restart(int? stream) => HandOut(OnLoop((driver, now) =>
    {
        driver.Machine.Restart(now, stream);
        _session.SyncGathering(driver.Machine);
        return _session.Description = driver.Machine.CreateLocalDescription();
    }));

    internal bool RollbackRestart(int? stream) => OnLoop((driver, now) =>
    {
        bool any = driver.Machine.RollbackRestart(now, stream);
        _session.Description = driver.Machine.CreateLocalDescription();
        return any;
    });

    internal void RevokeConsent(IceComponent component)
    {
        AgentDriver driver = EnsureStarted();
        driver.Post(now => driver.Machine.RevokeConsent(now, component.Stream.Index, component.Id));
    }

    private async Task CloseAsync()
    {
        _session.EndWith(AgentSession.ClosedException());
        if (_driver is not { } driver)
        {
            _machine.Dispose();
            return;
        }

        driver.Post(driver.BeginClose);
        try
        {
            // The machine keeps to its close timeout; the rest is for a loop that other agents keep busy.
            TimeSpan patience = Options.CloseTimeout + TimeSpan.FromSeconds(1);
            await _session.Closed.WaitAsync(patience, Options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.AgentCloseOverdue(Logger, Name);
            driver.CloseSocketsNow();
        }

        _lease!.Dispose();
    }

    private AgentWatchers CreateWatchers() => new(
        change => Notify(StateChanged, change),
        state => Notify(GatheringStateChanged, state),
        change => Notify(PairStateChanged, change),
        change => Notify(SelectedPairChanged, change),
        change => Notify(LocalAddressesChanged, change),
        notice => Notify(StreamEnded, notice),
        notice => Notify(UpdatedOfferNeeded, notice),
        notice => Notify(ConsentLost, notice),
        suggestion => Notify(RestartSuggested, suggestion),
        restart => Notify(Restarted, restart),
        report => Notify(RestartCompleted, report));

    private void Notify<T>(EventHandler<T>? handler, T change)
    {
        if (handler is not null)
        {
            _notifications.Post(() => handler(this, change));
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposal is not null, this);
}
