using System.Globalization;

namespace IceSharp.Interop.Peer;

/// <summary>The command line.</summary>
internal sealed record PeerOptions
{
    public bool IsControlling { get; private init; }

    public bool IsTrickling { get; private init; }

    public bool IsRelayOnly { get; private init; }

    public bool IsLite { get; private init; }

    /// <summary>Whether a failure is not the end: the other side of the lines will restart.</summary>
    public bool OutlivesFailure { get; private init; }

    public int Components { get; private init; } = 1;

    public string? Stun { get; private init; }

    public string? Turn { get; private init; }

    public string User { get; private init; } = "";

    public string Password { get; private init; } = "";

    /// <summary>Reads the arguments that all peers share.</summary>
    /// <exception cref="ArgumentException">One is unknown, has no value, or asks for what this agent cannot do.</exception>
    public static PeerOptions Parse(IReadOnlyList<string> arguments)
    {
        PeerOptions options = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} has no value.");
            options = arguments[i] switch
            {
                "--controlling" => options with { IsControlling = true },
                "--controlled" or "--offerer" or "--answerer" or "--full" => options,
                "--trickle" => options with { IsTrickling = true },
                "--relay-only" => options with { IsRelayOnly = true },
                "--outlive-failure" => options with { OutlivesFailure = true },
                "--lite" => options with { IsLite = true },
                "--stun" => options with { Stun = Value() },
                "--turn" => options with { Turn = Value() },
                "--user" => options with { User = Value() },
                "--password" => options with { Password = Value() },
                "--components" => options with { Components = int.Parse(Value(), CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"cannot do {arguments[i]}"),
            };
        }

        return options;
    }

    /// <summary>The agent's settings.</summary>
    public IceAgentOptions ToAgentOptions() => new()
    {
        Role = IsControlling ? IceRole.Controlling : IceRole.Controlled,
        IsLite = IsLite,
        TransportPolicy = IsRelayOnly ? IceTransportPolicy.RelayOnly : IceTransportPolicy.All,
        Servers =
        [
            .. Stun is null ? [] : new[] { IceServer.Stun($"stun:{Stun}") },
            .. Turn is null ? [] : new[] { IceServer.Turn($"turn:{Turn}?transport=udp", User, Password) },
        ],
    };
}
