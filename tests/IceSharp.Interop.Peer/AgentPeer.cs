using System.Globalization;
using System.Text;

namespace IceSharp.Interop.Peer;

/// <summary>An agent that does what lines say and tells what happens in lines.</summary>
internal sealed class AgentPeer : IAsyncDisposable
{
    private readonly PeerOptions _options;
    private readonly IceAgent _agent;
    private readonly IceDataStream _stream;
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _work = [];
    private readonly List<IceCandidate> _candidates = [];
    private IceStreamDescription? _other;
    private bool _otherIsLite, _isDescribed, _isConnecting;

    public AgentPeer(PeerOptions options)
    {
        _options = options;
        _agent = new IceAgent(options.ToAgentOptions());
        _stream = _agent.AddDataStream("0", options.Components);
        _agent.SelectedPairChanged += (_, change) => WriteSelected(change.Component, change.Pair);
        _agent.StateChanged += (_, change) =>
        {
            if (change.State == IceConnectionState.Failed)
            {
                Output.Write($"{(options.OutlivesFailure ? "note " : "")}failed {_agent.Report.ToString().ReplaceLineEndings(" | ")}");
            }
        };
        _agent.ConsentLost += (_, notice) => Output.Write(
            $"consent of component {notice.Component} lost: {notice.Loss}, last answer at {notice.LastResponseAt.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}");
        _agent.RestartSuggested += (_, suggestion) => Output.Write($"restart suggested: {suggestion.Reason}");
        _agent.RestartCompleted += (_, _) => Output.Write("connected");
        _agent.Restarted += (_, restart) =>
        {
            if (!restart.IsOurs)
            {
                Run(AnswerRestartAsync());
            }
        };
        foreach (IceComponent component in _stream.Components)
        {
            component.Connection.SetReceiver((_, datagram) => Output.Write($"received {component.Id} {Printable(datagram)}"));
        }
    }

    /// <summary>Does what a line says.</summary>
    /// <exception cref="FormatException">The line is not of the protocol.</exception>
    public async Task HandleAsync(string line)
    {
        string[] words = line.Split(' ', 3);
        switch (words[0])
        {
            case "gather":
                Run(GatherAsync());
                break;
            case "credentials" when words.Length == 3:
                TakeCredentials(words[1], words[2].Split(' '));
                break;
            case "end-of-candidates":
                TakeEnd();
                break;
            case "restart":
                WriteCredentials(_agent.Restart());
                Run(WriteCandidatesAsync());
                break;
            case "pair":
                foreach (IceComponent component in _stream.Components)
                {
                    WriteSelected(component.Id, component.SelectedPair);
                }

                break;
            case "send" when words.Length == 3:
                await _stream.Component(int.Parse(words[1], CultureInfo.InvariantCulture)).Connection.SendAsync(Encoding.ASCII.GetBytes(words[2]));
                break;
            case var candidate when candidate.StartsWith("candidate:", StringComparison.Ordinal):
                TakeCandidate(line);
                break;
            default:
                throw new FormatException($"cannot {line}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _agent.DisposeAsync();
        await Task.WhenAll(_work);
        _end.Dispose();
    }

    private async Task GatherAsync()
    {
        WriteCredentials(_agent.LocalDescription);
        await foreach (IceCandidate candidate in _agent.GatherAsync(_end.Token))
        {
            Output.Write(candidate.ToSdp());
        }

        Output.Write("end-of-candidates");
    }

    private async Task AnswerRestartAsync()
    {
        WriteCredentials(_agent.LocalDescription);
        await WriteCandidatesAsync();
    }

    private async Task WriteCandidatesAsync()
    {
        foreach (IceCandidate candidate in (await _agent.GatherAllAsync(_end.Token)).Streams[0].Candidates)
        {
            Output.Write(candidate.ToSdp());
        }

        Output.Write("end-of-candidates");
    }

    private static void WriteCredentials(IceDescription description)
    {
        Output.Write($"credentials {description.Streams[0].Ufrag} {description.Streams[0].Password}{(description.IsLite ? " lite" : "")}");
    }

    private void TakeCredentials(string ufrag, string[] rest)
    {
        _candidates.Clear();
        _isDescribed = false;
        _otherIsLite = rest.Contains("lite");
        _other = new IceStreamDescription { Mid = "0", Ufrag = ufrag, Password = rest[0], Options = _options.IsTrickling ? ["trickle"] : [] };
        if (_options.IsTrickling)
        {
            Describe(ended: false);
        }
    }

    private void TakeCandidate(string line)
    {
        if (!IceCandidate.TryParse(line, out IceCandidate? candidate, out SdpDiagnostic? diagnostic))
        {
            Output.Write($"note {diagnostic}");
        }
        else if (_isDescribed)
        {
            _stream.AddRemoteCandidate(candidate);
        }
        else
        {
            _candidates.Add(candidate);
        }
    }

    private void TakeEnd()
    {
        if (_isDescribed)
        {
            _stream.EndRemoteCandidates();
        }
        else
        {
            Describe(ended: true);
        }
    }

    private void Describe(bool ended)
    {
        IceStreamDescription other = _other ?? throw new FormatException("candidates come before credentials");
        _isDescribed = true;
        _agent.SetRemoteDescription(new IceDescription
        {
            IsLite = _otherIsLite,
            Options = _options.IsTrickling ? ["trickle"] : [],
            Streams = [other with { Candidates = [.. _candidates], EndOfCandidates = ended }],
        });
        if (!_isConnecting)
        {
            _isConnecting = true;
            Run(WaitForConnectionAsync());
        }
    }

    private async Task WaitForConnectionAsync()
    {
        await Task.WhenAll(_stream.Components.Select(c => c.Connection.Completed)).WaitAsync(_end.Token);
        Output.Write("connected");
    }

    // What fails is told by the state; what is cancelled ends with the program.
    private void Run(Task work) => _work.Add(work.ContinueWith(
        ended =>
        {
            if (ended.Exception?.GetBaseException() is { } failure and not IceException)
            {
                Output.Write($"error {failure.Message.ReplaceLineEndings(" ")}");
            }
        },
        TaskScheduler.Default));

    private static void WriteSelected(int component, IceCandidatePairInfo? pair) =>
        Output.Write(pair is null ? $"unselected {component}" : $"selected {component} {Describe(pair.Local)} {Describe(pair.Remote)}");

    private static string Describe(IceCandidate candidate)
    {
        string type = candidate.Type switch
        {
            IceCandidateType.Host => "host",
            IceCandidateType.ServerReflexive => "srflx",
            IceCandidateType.PeerReflexive => "prflx",
            _ => "relay",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{type} {candidate.Address.Address} {candidate.Address.Port}");
    }

    private static string Printable(ReadOnlySpan<byte> datagram)
    {
        foreach (byte value in datagram)
        {
            if (value is < 32 or > 126)
            {
                return string.Create(CultureInfo.InvariantCulture, $"binary {datagram[0]}");
            }
        }

        return Encoding.ASCII.GetString(datagram);
    }
}
