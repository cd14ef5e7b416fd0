using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.Quickstart;

/// <summary>The command line of the program.</summary>
internal sealed record QuickstartOptions
{
    public const string Usage = """
        Quickstart: two ICE agents in one process connect through real sockets and stream audio.

          --relay-only    through the relay of the embedded TURN server
          --wav FILE      what to send: 16 bit PCM or u-law, mono, 8000 Hz; otherwise a tone of three seconds
          --record FILE   where the received audio goes; otherwise a file in the directory for temporary files

        It ends with 0 only if the audio that arrived is the audio that was sent.
        """;

    public bool RelayOnly { get; init; }

    public string? WavePath { get; init; }

    public required string RecordPath { get; init; }

    /// <exception cref="UsageException">The command line makes no sense.</exception>
    public static QuickstartOptions Parse(IReadOnlyList<string> commandLine)
    {
        Arguments arguments = Arguments.Parse(commandLine, flags: ["--relay-only"], options: ["--wav", "--record"]);
        return arguments.Words.Count > 0
            ? throw new UsageException($"'{arguments.Words[0]}' means nothing here.")
            : new QuickstartOptions
            {
                RelayOnly = arguments.Has("--relay-only"),
                WavePath = arguments.Get("--wav"),
                RecordPath = arguments.Get("--record") ?? Path.Combine(Path.GetTempPath(), "icesharp-quickstart.wav"),
            };
    }
}
