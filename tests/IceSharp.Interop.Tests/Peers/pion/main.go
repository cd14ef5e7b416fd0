// The ICE agent of pion behind the line protocol of ../README.md.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/ice/v2"
)

var out sync.Mutex

func say(format string, values ...interface{}) {
	out.Lock()
	defer out.Unlock()
	fmt.Printf(format+"\n", values...)
}

func die(format string, values ...interface{}) {
	say("error "+format, values...)
	os.Exit(2)
}

func must(err error) {
	if err != nil {
		die("%v", err)
	}
}

func server(scheme ice.SchemeType, endpoint, user, password string) *ice.URL {
	host, port, err := net.SplitHostPort(endpoint)
	must(err)
	number, err := strconv.Atoi(port)
	must(err)
	return &ice.URL{Scheme: scheme, Host: host, Port: number, Username: user, Password: password, Proto: ice.ProtoTypeUDP}
}

func printable(data []byte) string {
	for _, b := range data {
		if b < 32 || b > 126 {
			return fmt.Sprintf("binary %d", data[0])
		}
	}
	return string(data)
}

func tellPair(local, remote ice.Candidate) {
	say("selected 1 %s %s %d %s %s %d", local.Type(), local.Address(), local.Port(), remote.Type(), remote.Address(), remote.Port())
}

func describe(agent *ice.Agent, lite bool) {
	ufrag, password, err := agent.GetLocalUserCredentials()
	must(err)
	if lite {
		say("credentials %s %s lite", ufrag, password)
	} else {
		say("credentials %s %s", ufrag, password)
	}
	must(agent.GatherCandidates())
}

func main() {
	flags := map[string]*bool{}
	for _, name := range []string{"controlling", "controlled", "offerer", "answerer", "full", "trickle", "relay-only", "lite", "aggressive", "mdns"} {
		flags[name] = flag.Bool(name, false, "")
	}
	stun, turn := flag.String("stun", "", ""), flag.String("turn", "", "")
	user, password := flag.String("user", "", ""), flag.String("password", "", "")
	components := flag.Int("components", 1, "")
	flag.Parse()
	if *components != 1 || *flags["aggressive"] || *flags["mdns"] {
		die("pion has one component, and no aggressive or mdns mode here")
	}

	config := &ice.AgentConfig{
		NetworkTypes:     []ice.NetworkType{ice.NetworkTypeUDP4, ice.NetworkTypeUDP6},
		MulticastDNSMode: ice.MulticastDNSModeDisabled,
		Lite:             *flags["lite"],
		IPFilter:         func(ip net.IP) bool { return !ip.IsLinkLocalUnicast() },
	}
	if *flags["lite"] {
		config.CandidateTypes = []ice.CandidateType{ice.CandidateTypeHost}
	}
	if *flags["relay-only"] {
		config.CandidateTypes = []ice.CandidateType{ice.CandidateTypeRelay}
	}
	if *stun != "" {
		config.Urls = append(config.Urls, server(ice.SchemeTypeSTUN, *stun, "", ""))
	}
	if *turn != "" {
		config.Urls = append(config.Urls, server(ice.SchemeTypeTURN, *turn, *user, *password))
	}

	agent, err := ice.NewAgent(config)
	must(err)
	must(agent.OnCandidate(func(candidate ice.Candidate) {
		if candidate == nil {
			say("end-of-candidates")
		} else {
			say("candidate:%s", candidate.Marshal())
		}
	}))
	must(agent.OnSelectedCandidatePairChange(tellPair))
	must(agent.OnConnectionStateChange(func(state ice.ConnectionState) {
		switch state {
		case ice.ConnectionStateConnected:
			say("connected")
		case ice.ConnectionStateFailed:
			say("failed the agent says so")
		default:
			say("state %s", state)
		}
	}))

	var conn *ice.Conn
	connected := make(chan struct{})
	known := ""
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := lines.Text()
		words := strings.SplitN(line, " ", 3)
		switch {
		case strings.HasPrefix(line, "candidate:"):
			candidate, err := ice.UnmarshalCandidate(strings.TrimPrefix(line, "candidate:"))
			if err != nil {
				say("note %v", err)
				continue
			}
			must(agent.AddRemoteCandidate(candidate))
		case words[0] == "gather":
			describe(agent, *flags["lite"])
		case words[0] == "credentials":
			ufrag, secret := words[1], strings.Fields(words[2])[0]
			if known == "" {
				go connect(agent, *flags["controlling"], ufrag, secret, &conn, connected)
			} else if known != ufrag {
				// The other side restarts: so does this one, as an answer.
				if !restarting {
					must(agent.Restart("", ""))
					describe(agent, *flags["lite"])
				}
				restarting = false
				must(agent.SetRemoteCredentials(ufrag, secret))
			}
			known = ufrag
		case words[0] == "restart":
			restarting = true
			must(agent.Restart("", ""))
			describe(agent, *flags["lite"])
		case words[0] == "end-of-candidates":
		case words[0] == "pair":
			if pair, err := agent.GetSelectedCandidatePair(); err == nil && pair != nil {
				tellPair(pair.Local, pair.Remote)
			}
		case words[0] == "send":
			<-connected
			_, err := conn.Write([]byte(words[2]))
			must(err)
		case words[0] == "close":
			must(agent.Close())
			return
		default:
			die("cannot %s", words[0])
		}
	}
}

var restarting bool

func connect(agent *ice.Agent, controlling bool, ufrag, password string, conn **ice.Conn, connected chan struct{}) {
	start := agent.Accept
	if controlling {
		start = agent.Dial
	}
	c, err := start(context.Background(), ufrag, password)
	if err != nil {
		say("failed %v", err)
		return
	}
	*conn = c
	close(connected)
	buffer := make([]byte, 2000)
	for {
		n, err := c.Read(buffer)
		if err != nil {
			return
		}
		if n > 0 {
			say("received 1 %s", printable(buffer[:n]))
		}
	}
}
