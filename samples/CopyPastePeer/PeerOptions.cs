using System.Globalization;
using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.CopyPastePeer;

/// <summary>The command line of the program.</summary>
internal sealed record PeerOptions
{
    public const string Usage = """
        CopyPastePeer: connects two terminals by an offer and an answer that people carry.

          CopyPastePeer offer  [options]      in the first terminal
          CopyPastePeer answer [options]      in the second one

          --stun URI          a STUN server, for example stun:stun.example.org; may be repeated
          --turn URI          a TURN server, for example turn:turn.example.org; needs the next two
          --user NAME         user at the TURN server
          --password TEXT     password there
          --relay-only        use relayed addresses only
          --loopback          use loopback addresses too, to try it on one machine
          --wav FILE          send this file (16 bit PCM or u-law, mono, 8000 Hz) instead of chatting
          --record FILE       write the audio that comes to this file (u-law)
          --in FILE           read the other side's description from a file
          --out FILE          write ours to a file; both of them or none
          --timeout SECONDS   how long to wait for a file and for the connection; default 60

        It ends with 0 when all went well, 1 when no connection came about or audio was lost, 2 when the command line is wrong.
        """;

    public required bool IsOfferer { get; init; }

    public IReadOnlyList<string> StunUris { get; init; } = [];

    public string? TurnUri { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public bool RelayOnly { get; init; }

    public bool AllowLoopback { get; init; }

    public string? WavePath { get; init; }

    public string? RecordPath { get; init; }

    public string? IncomingPath { get; init; }

    public string? OutgoingPath { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether people type: with audio there is nothing to say.</summary>
    public bool IsChat => WavePath is null && RecordPath is null;

    /// <exception cref="UsageException">The command line makes no sense.</exception>
    public static PeerOptions Parse(IReadOnlyList<string> commandLine)
    {
        Arguments arguments = Arguments.Parse(
            commandLine,
            flags: ["--relay-only", "--loopback"],
            options: ["--stun", "--turn", "--user", "--password", "--wav", "--record", "--in", "--out", "--timeout"]);
        PeerOptions options = new()
        {
            IsOfferer = arguments.Words switch
            {
                ["offer"] => true,
                ["answer"] => false,
                [] => throw new UsageException("'offer' or 'answer' is missing."),
                _ => throw new UsageException($"'{string.Join(' ', arguments.Words)}' is neither 'offer' nor 'answer'."),
            },
            StunUris = arguments.GetAll("--stun"),
            TurnUri = arguments.Get("--turn"),
            User = arguments.Get("--user"),
            Password = arguments.Get("--password"),
            RelayOnly = arguments.Has("--relay-only"),
            AllowLoopback = arguments.Has("--loopback"),
            WavePath = arguments.Get("--wav"),
            RecordPath = arguments.Get("--record"),
            IncomingPath = arguments.Get("--in"),
            OutgoingPath = arguments.Get("--out"),
            Timeout = ParseTimeout(arguments.Get("--timeout") ?? "60"),
        };
        return options.FindFault() is { } fault ? throw new UsageException(fault) : options;
    }

    private string? FindFault() => this switch
    {
        { TurnUri: not null } when User is null || Password is null => "--turn needs --user and --password.",
        { TurnUri: null } when User is not null || Password is not null => "--user and --password belong to --turn, which is missing.",
        { TurnUri: null, RelayOnly: true } => "--relay-only needs a TURN server: --turn URI.",
        _ when (IncomingPath is null) != (OutgoingPath is null) => "--in and --out go together.",
        _ => null,
    };

    private static TimeSpan ParseTimeout(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is > 0 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"--timeout is '{text}', not 1 to 86400 seconds.");
}
