/** Shells for which a script is printed. kubectl's own scripts complete `kubectl jobrun` without these. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The first argument with which a script asks for completions. */
export const COMPLETE = '__complete';

/** bash splits words at `=` and `:`, so they are joined first, and only what follows the last of them is replaced. */
const BASH = `# bash completion of kubectl-jobrun
_kubectl_jobrun() {
  local words=() word line directive joined=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ -n $joined || ( $word == [=:] && \${#words[@]} -gt 0 ) ]]; then
      words[\${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    joined=
    [[ $word == [=:] ]] && joined=1
  done
  local current="\${words[\${#words[@]} - 1]}"
  local before="\${current%"\${current##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      directive=\${line#:}
    else
      line=\${line%%$'\\t'*}
      printf -v line %q "\${line#"$before"}"
      COMPREPLY+=("$line")
    fi
  done < <("\${COMP_WORDS[0]}" ${COMPLETE} "\${words[@]}" 2>/dev/null)
  (( directive & 2 )) && compopt -o nospace
  (( directive & 32 )) && compopt -o nosort 2>/dev/null
  (( directive & 4 )) || compopt -o default
}
complete -F _kubectl_jobrun kubectl-jobrun kubectl-jr
`;

const ZSH = `#compdef kubectl-jobrun kubectl-jr
# zsh completion of kubectl-jobrun
_kubectl_jobrun() {
  local line directive=4
  local -a candidates flags
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      directive=\${line#:}
    else
      line=\${line//:/\\\\:}
      candidates+=("\${line/$'\\t'/:}")
    fi
  done < <("\${words[1]}" ${COMPLETE} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( directive & 2 )) && flags+=(-S '')
  (( directive & 32 )) && flags+=(-V unsorted)
  if (( \${#candidates} )); then
    _describe 'kubectl jobrun' candidates $flags
  elif (( ! (directive & 4) )); then
    _files
  fi
}
compdef _kubectl_jobrun kubectl-jobrun kubectl-jr
`;

const FISH = `# fish completion of kubectl-jobrun
function __kubectl_jobrun
    set -l words (commandline -opc)
    set -l lines ($words[1] ${COMPLETE} $words[2..-1] (commandline -ct) 2>/dev/null)
    test (count $lines) -gt 0; or return
    set -l directive (string replace -r '^:' '' -- $lines[-1])
    if test (count $lines) -gt 1
        printf '%s\\n' $lines[1..-2]
    else if test (math "bitand($directive, 4)") -eq 0
        __fish_complete_path (commandline -ct)
    end
end
for name in kubectl-jobrun kubectl-jr
    complete -c $name -f -k -a '(__kubectl_jobrun)'
end
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** The script that makes a shell complete the words after `kubectl-jobrun`. */
export function shellScript(shell: Shell): string {
  return SCRIPTS[shell];
}
