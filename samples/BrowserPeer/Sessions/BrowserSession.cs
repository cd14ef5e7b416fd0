using IceSharp.Samples.BrowserPeer.Web;

namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>One browser and one agent: carries descriptions and candidates between them for as long as the socket is open.</summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private readonly BrowserPeerOptions _options;
    private readonly MessageSocket _page;
    private readonly CancellationTokenSource _end;
    private readonly List<Task> _work = [];
    private IceAgent? _agent;
    private AgentWatch? _watch;
    private bool _awaitsAnswer;

    public BrowserSession(BrowserPeerOptions options, MessageSocket page, CancellationToken cancellationToken)
    {
        _options = options;
        _page = page;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Serves the page until it closes the socket. What it says wrong is answered with a message and changes nothing.</summary>
    public async Task RunAsync()
    {
        _page.Send(new HostMessage("hello") { Servers = [.. _options.Servers.Select(s => new ServerEntry(s.Uri.ToString(), s.Username, s.Password))] });
        while (true)
        {
            try
            {
                if (await _page.ReceiveAsync(_end.Token) is not { } text)
                {
                    return;
                }

                await HandleAsync(PageMessage.Parse(text));
            }
            catch (InvalidDataException tooLong)
            {
                _page.Send(new HostMessage("fault") { Text = tooLong.Message });
                return;
            }
            catch (Exception fault) when (fault is FormatException or ArgumentException or InvalidOperationException or IceException)
            {
                _page.Send(new HostMessage("fault") { Text = fault.Message });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        await Task.WhenAll(_work);
        _end.Dispose();
    }

    private async Task HandleAsync(PageMessage message)
    {
        switch (message)
        {
            case { Type: "offer", Sdp: { } sdp }:
                await TakeOfferAsync(sdp);
                break;
            case { Type: "answer", Sdp: { } sdp }:
                TakeAnswer(sdp);
                break;
            case { Type: "rejected" }:
                _awaitsAnswer = false;
                Running().RollbackRestart();
                break;
            case { Type: "candidate", Candidate: { } line }:
                TakeCandidate(line, message.UsernameFragment);
                break;
            case { Type: "restart" }:
                await RestartAsync();
                break;
            default:
                throw new FormatException($"'{message.Type}' is no message that is known here, or it lacks what belongs to it.");
        }
    }

    private async Task TakeOfferAsync(string sdp)
    {
        IceDescription offer = Parse(sdp, IceDescriptionKind.Offer);
        if (_awaitsAnswer)
        {
            throw new InvalidOperationException("Our own offer waits for its answer.");
        }

        IceAgent agent = _agent ?? await StartAsync(offer.Streams[0].Mid);
        agent.SetRemoteDescription(offer, IceDescriptionKind.Offer);
        IceDescription answer = await agent.CreateAnswerAsync(_end.Token);
        _page.Send(new HostMessage("answer") { Sdp = DataChannelMedia.ToSdp(answer, isOffer: false) });
        Run(SendCandidatesAsync(agent));
    }

    private void TakeAnswer(string sdp)
    {
        IceAgent agent = Running();
        if (!_awaitsAnswer)
        {
            throw new InvalidOperationException("No offer of ours waits for an answer.");
        }

        agent.SetRemoteDescription(Parse(sdp, IceDescriptionKind.Answer), IceDescriptionKind.Answer);
        _awaitsAnswer = false;
    }

    private void TakeCandidate(string line, string? ufrag)
    {
        IceDataStream stream = Running().DataStreams[0];
        if (line.Length == 0)
        {
            stream.EndRemoteCandidates(ufrag);
        }
        else if (IceCandidate.TryParse(line, out IceCandidate? candidate, out SdpDiagnostic? diagnostic))
        {
            stream.AddRemoteCandidate(candidate);
        }
        else if (diagnostic is { Outcome: SdpOutcome.Ignored })
        {
            // A name of mDNS, for one: the browser's checks will reveal the address behind it.
            _watch!.Tell("candidate", $"not used: {line} ({diagnostic.Message})");
        }
        else
        {
            throw new FormatException($"No candidate: {diagnostic}");
        }
    }

    private async Task RestartAsync()
    {
        IceAgent agent = Running();
        if (_awaitsAnswer)
        {
            throw new InvalidOperationException("A restart waits for its answer already.");
        }

        _awaitsAnswer = true;
        agent.Restart();

        // Candidates travel inside this offer. Browsers pair new ports with candidates of the session before, until new ones have come, and then keep
        // checking with its credentials where the address is the same.
        try
        {
            IceDescription offer = await agent.GatherAllAsync(_end.Token);
            _page.Send(new HostMessage("offer") { Sdp = DataChannelMedia.ToSdp(offer, isOffer: true) });
        }
        catch (IceException)
        {
            _awaitsAnswer = false;
            agent.RollbackRestart();
            throw;
        }
    }

    private IceAgent Running() => _agent ?? throw new InvalidOperationException("The session begins with an offer.");

    private async Task<IceAgent> StartAsync(string mid)
    {
        IceAgent agent = new(new IceAgentOptions { Servers = _options.Servers, AllowLoopback = _options.AllowLoopback });
        try
        {
            IceDataStream stream = agent.AddDataStream(mid, media: DataChannelMedia.Create());

            // Nothing here speaks the protocols above ICE: what arrives is counted.
            stream.Rtp.Connection.SetReceiver((_, _) => { });
        }
        catch (ArgumentException)
        {
            await agent.DisposeAsync();
            throw;
        }

        _agent = agent;
        _watch = new AgentWatch(agent, _page);
        Run(_watch.RunAsync(_end.Token));
        return agent;
    }

    private async Task SendCandidatesAsync(IceAgent agent)
    {
        await foreach (IceCandidate candidate in agent.GatherAsync(_end.Token))
        {
            _page.Send(new HostMessage("candidate") { Candidate = candidate.ToSdp(), SdpMid = candidate.Mid, UsernameFragment = candidate.Ufrag });
        }

        _page.Send(new HostMessage("candidate") { Candidate = "", SdpMid = agent.DataStreams[0].Mid, UsernameFragment = agent.LocalDescription.Streams[0].Ufrag });
    }

    // What a description is refused for is known before it touches the agent.
    private static IceDescription Parse(string sdp, IceDescriptionKind kind)
    {
        if (!IceDescription.TryParse(sdp, kind, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics))
        {
            throw new FormatException($"The {kind} cannot be read: {string.Join("; ", diagnostics)}");
        }

        description.ThrowIfUnusable(1, kind);
        return description.Streams[0] switch
        {
            { SupportsIce: false } => throw new FormatException($"The {kind} has no ICE credentials; was it cut off?"),
            { Media.Kind: not "application" } stream => throw new FormatException($"The {kind} is about {stream.Media.Kind}, not about a data channel."),
            _ => description,
        };
    }

    // Work beside the messages ends with the session; what goes wrong in it is told to the page.
    private void Run(Task work)
    {
        _work.RemoveAll(w => w.IsCompleted);
        _work.Add(ObserveAsync(work));
    }

    private async Task ObserveAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The session is over.
        }
        catch (IceException failure)
        {
            _page.Send(new HostMessage("fault") { Text = failure.Message });
        }
    }
}
