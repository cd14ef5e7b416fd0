namespace IceSharp.Testing;

/// <summary>The longest time from the offerer's first step to a nominated pair on both sides, where nothing is lost: the formula of ADR 0002 with what comes before and after it.</summary>
/// <remarks>
/// The sum of
/// <list type="bullet">
/// <item>exchange: both gather (a transaction each Ta, then two round trips to a TURN server, more over a connection, and the wait for servers that cannot be reached), and each description travels once;</item>
/// <item>opening: the permission of a relay, then the list, one check each Ta;</item>
/// <item>repeat: a check that came before the peer had opened its NAT or its relay is dropped and has to come again. With the doubling of RFC 8489 §6.2.1
/// the next copy leaves at the latest as long after the drop as the check is old, plus one RTO;</item>
/// <item>patience: min(2 R + Ta x 2 list + S, C) of ADR 0002, counted from the last pair that came into the list, and the second round of checks: Ta x list + R + S;</item>
/// <item>nomination: the triggered checks that stand before it, one each Ta, and two round trips.</item>
/// </list>
/// </remarks>
public sealed record OracleTiming
{
    /// <summary>k of ADR 0002.</summary>
    public const int RoundTripsOfPatience = 2;

    /// <summary>S of ADR 0002, in turns of Ta.</summary>
    public const int SpareTurns = 2;

    /// <summary>C of ADR 0002.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(10);

    /// <summary>R: the longest round trip between the peers, over their relays, or to a server.</summary>
    public required TimeSpan RoundTrip { get; init; }

    /// <summary>The time a description or a candidate travels.</summary>
    public required TimeSpan SignallingDelay { get; init; }

    /// <summary>Pairs of the longer checklist: <see cref="ConnectivityOracle.LargestChecklist"/>.</summary>
    public required int Checklist { get; init; }

    /// <summary>Servers that each peer asks.</summary>
    public required int Servers { get; init; }

    /// <summary>Ta.</summary>
    /// <value>The default is 50 ms.</value>
    public TimeSpan Pacing { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The least RTO.</summary>
    /// <value>The default is 500 ms.</value>
    public TimeSpan InitialRto { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long gathering waits for a server that a firewall keeps it from.</summary>
    /// <value>The default is zero: all servers answer.</value>
    public TimeSpan Silence { get; init; }

    /// <summary>Round trips until a connection to a TURN server stands: one over TCP, three with TLS.</summary>
    /// <value>The default is 0: all are reached over UDP.</value>
    public int RoundTripsToConnect { get; init; }

    /// <summary>Gathering of one peer: each server once, a TURN server twice (the challenge first).</summary>
    public TimeSpan Gathering => Servers == 0 ? TimeSpan.Zero : ((2 + RoundTripsToConnect) * RoundTrip) + (2 * Servers * Pacing) + Silence;

    /// <summary>Until both peers know everything.</summary>
    public TimeSpan Exchange => (2 * Gathering) + (2 * SignallingDelay);

    /// <summary>The sum.</summary>
    public TimeSpan ToNomination
    {
        get
        {
            TimeSpan list = Checklist * Pacing;
            TimeSpan opened = Exchange + RoundTrip + list;
            TimeSpan rto = InitialRto > list ? InitialRto : list;
            TimeSpan spread = SpareTurns * Pacing;
            TimeSpan patience = (RoundTripsOfPatience * RoundTrip) + (2 * list) + spread;
            TimeSpan secondRound = list + RoundTrip + spread;
            return opened + (opened + rto) + (patience < Cap ? patience : Cap) + secondRound + list + (2 * RoundTrip);
        }
    }
}
