using System.Globalization;
using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.BrowserPeer;

/// <summary>The command line.</summary>
internal sealed record BrowserPeerOptions
{
    public const string Usage = """
        BrowserPeer [options]

        Serves a web page on loopback that runs ICE with this process and draws what both sides see of it.

          --port N            TCP port of the page; default 5080, 0 takes any
          --stun URI          a STUN server for both sides, for example stun:stun.example.org; may be repeated
          --turn URI          a TURN server for both sides, for example turn:turn.example.org; needs the next two
          --user NAME         user at the TURN server
          --password TEXT     password there; the page is told it
          --loopback          use this side's loopback addresses too
        """;

    public int Port { get; init; } = 5080;

    public bool AllowLoopback { get; init; }

    public IReadOnlyList<IceServer> Servers { get; init; } = [];

    /// <exception cref="UsageException">The command line makes no sense.</exception>
    public static BrowserPeerOptions Parse(IReadOnlyList<string> commandLine)
    {
        Arguments arguments = Arguments.Parse(commandLine, flags: ["--loopback"], options: ["--port", "--stun", "--turn", "--user", "--password"]);
        if (arguments.Words is [var word, ..])
        {
            throw new UsageException($"'{word}' is not known.");
        }

        return new BrowserPeerOptions
        {
            Port = ParsePort(arguments.Get("--port") ?? "5080"),
            AllowLoopback = arguments.Has("--loopback"),
            Servers = ParseServers(arguments),
        };
    }

    private static int ParsePort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : throw new UsageException($"--port is '{text}', not 0 to 65535.");

    private static List<IceServer> ParseServers(Arguments arguments)
    {
        (string? turn, string? user, string? password) = (arguments.Get("--turn"), arguments.Get("--user"), arguments.Get("--password"));
        if ((turn is null) != (user is null) || (turn is null) != (password is null))
        {
            throw new UsageException("--turn, --user and --password go together.");
        }

        try
        {
            List<IceServer> servers = [.. arguments.GetAll("--stun").Select(IceServer.Stun)];
            if (turn is not null)
            {
                servers.Add(IceServer.Turn(turn, user!, password!));
            }

            return servers;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException)
        {
            throw new UsageException(fault.Message);
        }
    }
}
