using System.Diagnostics;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>One session between our agent, or any other, and a peer: carries descriptions across, and judges what comes of it.</summary>
internal sealed class InteropSession
{
    private const int DtlsHandshake = 22;

    private static readonly TimeSpan
        StepDeadline = TimeSpan.FromSeconds(30), SettleDeadline = TimeSpan.FromSeconds(5), AskAgainAfter = TimeSpan.FromMilliseconds(100),
        Lifetime = TimeSpan.FromSeconds(60);

    private readonly InteropMode _mode;
    private readonly PeerProgram _left, _right;
    private readonly PeerProcess _ours, _theirs;
    private readonly LinePump _toOurs, _toTheirs;

    private InteropSession(InteropMode mode, PeerProgram left, PeerProgram right, PeerPair peers)
    {
        _mode = mode;
        _left = left;
        _right = right;
        (_ours, _theirs, _toOurs, _toTheirs) = (peers.Left, peers.Right, peers.ToLeft, peers.ToRight);
    }

    /// <summary>Runs a session to its end and returns the time from both descriptions being known to both sides being connected.</summary>
    /// <param name="lab">Where.</param>
    /// <param name="mode">How.</param>
    /// <param name="left">Our side.</param>
    /// <param name="right">The other side.</param>
    /// <param name="anyPath">Whether the session may take another path than the mode names.</param>
    /// <exception cref="InvalidOperationException">It did not come about; the message holds what both sides wrote.</exception>
    public static async Task<TimeSpan> RunAsync(MatrixLab lab, InteropMode mode, PeerProgram left, PeerProgram right, bool anyPath = false)
    {
        string[] servers = mode.Path == InteropPath.Host ? [] : lab.ServerArguments(mode);
        await using PeerPair peers = await PeerPair.StartAsync(
            $"{left.Name} with {right.Name}, {mode}",
            (left, [.. Arguments(mode, isOurs: true), .. servers], lab.Left),
            (right, [.. Arguments(mode, isOurs: false), .. servers], lab.Right),
            Lifetime);
        InteropSession session = new(mode, left, right, peers);
        try
        {
            TimeSpan time = await session.RunAsync();
            if (!anyPath)
            {
                await session.SettleAsync();
            }

            return time;
        }
        catch (InvalidOperationException failure)
        {
            throw peers.Explain(failure);
        }
    }

    private static string[] Arguments(InteropMode mode, bool isOurs)
    {
        bool controls = isOurs ? mode.WeControl : mode.TheyControl;
        bool relays = mode.Path is InteropPath.BothRelays || mode.Path == (isOurs ? InteropPath.OurRelay : InteropPath.TheirRelay);
        return
        [
            controls ? "--controlling" : "--controlled",
            mode.WeOffer == isOurs ? "--offerer" : "--answerer",
            mode.Trickles ? "--trickle" : "--full",
            .. relays ? ["--relay-only"] : Array.Empty<string>(),
            .. mode.Components > 1 ? ["--components", "2"] : Array.Empty<string>(),
            .. !isOurs && mode.Twist == InteropTwist.PeerIsLite ? ["--lite"] : Array.Empty<string>(),
            .. !isOurs && mode.Twist == InteropTwist.PeerIsAggressive ? ["--aggressive"] : Array.Empty<string>(),
            .. !isOurs && mode.Twist == InteropTwist.HiddenAddresses ? ["--mdns"] : Array.Empty<string>(),
        ];
    }

    private async Task<TimeSpan> RunAsync()
    {
        _ours.ForwardTo(line => Carry(line, _toTheirs));
        _theirs.ForwardTo(line => Carry(line, _toOurs));
        (PeerProcess offerer, LinePump toOfferer, LinePump toAnswerer) = _mode.WeOffer ? (_ours, _toOurs, _toTheirs) : (_theirs, _toTheirs, _toOurs);
        PeerProcess answerer = ReferenceEquals(offerer, _ours) ? _theirs : _ours;

        toOfferer.Write("gather");
        await offerer.WaitAsync(IsLastOfDescription, 0, StepDeadline);
        toAnswerer.Write("gather");
        await answerer.WaitAsync(IsLastOfDescription, 0, StepDeadline);
        long start = Stopwatch.GetTimestamp();
        (int ours, int theirs) = await ConnectAsync(0, 0);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        await ExchangeDataAsync("before");
        if (_mode.Twist is InteropTwist.OurRestart or InteropTwist.TheirRestart)
        {
            (_mode.Twist == InteropTwist.OurRestart ? _toOurs : _toTheirs).Write("restart");
            (ours, theirs) = await ConnectAsync(ours, theirs);
            await ExchangeDataAsync("after");
        }

        return time;
    }

    // With full signalling a description is there once all candidates are.
    private bool IsLastOfDescription(string line) =>
        _mode.Trickles ? line.StartsWith("credentials ", StringComparison.Ordinal) : line == "end-of-candidates";

    // Candidates of the other family are not told, so that the session is one of its family.
    private void Carry(string line, LinePump to)
    {
        if (!line.StartsWith("candidate:", StringComparison.Ordinal) || IsOfFamily(line))
        {
            to.Write(line);
        }
    }

    private bool IsOfFamily(string candidate)
    {
        string address = candidate.Split(' ')[4];
        return address.Contains(':', StringComparison.Ordinal) == _mode.IsIpv6 || address.EndsWith(".local", StringComparison.Ordinal);
    }

    private async Task<(int Ours, int Theirs)> ConnectAsync(int ours, int theirs)
    {
        int[] positions = await Task.WhenAll(
            _ours.WaitAsync(line => line == "connected", ours, StepDeadline), _theirs.WaitAsync(line => line == "connected", theirs, StepDeadline));
        return (positions[0], positions[1]);
    }

    private async Task ExchangeDataAsync(string word)
    {
        for (int component = 1; component <= _mode.Components; component++)
        {
            await SendAsync(_left, _toOurs, _right, _theirs, component, word);
            await SendAsync(_right, _toTheirs, _left, _ours, component, word);
        }
    }

    // Data of DTLS peers is their first handshake message; ours with them would be no DTLS and is not tried.
    private static async Task SendAsync(PeerProgram from, LinePump toSender, PeerProgram to, PeerProcess receiver, int component, string word)
    {
        if (from.HasPlainData && to.HasPlainData)
        {
            toSender.Write($"send {component} {word} from {from.Name}");
            await receiver.WaitAsync(line => line == $"received {component} {word} from {from.Name}", 0, StepDeadline);
        }
        else if (to.HasPlainData)
        {
            await receiver.WaitAsync(line => line == $"received {component} binary {DtlsHandshake}", 0, StepDeadline);
        }
    }

    // The side that does not choose learns of the choice a moment later, and some tell of no change: both are asked until they agree.
    private async Task SettleAsync()
    {
        using CancellationTokenSource end = new(SettleDeadline);
        string? problem = null;
        while (!end.IsCancellationRequested)
        {
            (int ours, int theirs) = (_ours.Position, _theirs.Position);
            _toOurs.Write("pair");
            _toTheirs.Write("pair");
            await _ours.WaitAsync(IsLastPair, ours, StepDeadline);
            await _theirs.WaitAsync(IsLastPair, theirs, StepDeadline);
            problem = _ours.Selected.Zip(_theirs.Selected).Select(p => FindProblem(p.First, p.Second)).FirstOrDefault(p => p is not null);
            if (problem is null)
            {
                return;
            }

            await Task.WhenAny(Task.Delay(AskAgainAfter, end.Token));
        }

        throw new InvalidOperationException(problem ?? "the sides were not asked");
    }

    private bool IsLastPair(string line) => line.StartsWith($"selected {_mode.Components} ", StringComparison.Ordinal);

    private string? FindProblem(SelectedPair ours, SelectedPair theirs)
    {
        bool hides = theirs.LocalAddress == "hidden" || theirs.RemoteAddress == "hidden";
        string? problem = _mode.Path switch
        {
            InteropPath.Host when !hides && !ours.Mirrors(theirs) => "the two sides use different pairs",
            InteropPath.Host when !IsDirect(ours) || !IsDirect(theirs) => "a detour though the hosts reach each other",
            InteropPath.Reflexive when !IsDirect(ours) || !IsDirect(theirs) => "the relay is used though a direct path exists",
            InteropPath.OurRelay when ours.LocalType != "relay" => "our side is not relayed",
            InteropPath.TheirRelay when theirs.LocalType != "relay" => "the other side is not relayed",
            InteropPath.BothRelays when ours.LocalType != "relay" || theirs.LocalType != "relay" => "not both sides are relayed",
            _ => null,
        };
        return problem is null ? null : $"{problem}; ours: {ours}, theirs: {theirs}";
    }

    private static bool IsDirect(SelectedPair pair) => pair.LocalType != "relay" && pair.RemoteType != "relay";
}
